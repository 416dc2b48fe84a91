"""How sure, and who says so: each sentence of our own with the certainty and the level that it must get.

``-`` stands for no incident at all. Several answers are given where a reader would accept either; ``reported`` is
never among them where the sentence does not report a fact.
"""

from __future__ import annotations

from functools import partial

import pytest
from telling import calls, show, tell

pytestmark = pytest.mark.model

MODALITY = [
    ("The United Nations called for a truce in Aville on Monday.", "planned hypothetical -", ""),
    ("Rebels set free the traders who were abducted in Aville on Monday.", "reported", ""),
    ("Teachers set a march in Aville for Friday.", "planned", ""),
    ("Teachers are set to march in Aville on Friday.", "planned", ""),
    ("Troops may shell Aville again, analysts said.", "hypothetical", "attributed"),
    ("Rebels might attack Aville before the rains.", "hypothetical", "stated"),
    ("Militants could bomb the market in Aville.", "hypothetical", "stated"),
    ("The gunmen must have attacked Aville from the north.", "hypothetical claimed", "stated"),
    (
        "Gunmen are feared to have kidnapped the teachers in Aville on Monday.",
        "hypothetical claimed",
        "stated attributed",
    ),
    ("Rebels are thought to have shelled Aville on Monday.", "claimed", "attributed"),
    ("The army is believed to have bombed Aville on Monday.", "claimed", "attributed"),
    ("The militia is said to have burned houses in Aville on Monday.", "claimed reported", "attributed rumoured"),
    ("Fighting is likely to break out in Aville.", "hypothetical", "stated"),
    ("Clashes are possible in Aville this weekend, the embassy warned.", "hypothetical", "attributed"),
    ("There is a risk of an attack on Aville.", "hypothetical", "stated attributed"),
    ("Observers fear clashes in Aville.", "hypothetical", "attributed"),
    ("Fears of an attack on Aville are growing.", "hypothetical", "stated attributed"),
    ("The road to Aville can be closed at any time.", "hypothetical", "stated"),
    ("Rebels might have ambushed the convoy near Aville, the governor said.", "hypothetical", "attributed"),
    ("Troops appear to have bombed Aville on Monday.", "claimed reported", "stated attributed"),
]

TENSE = [
    ("Troops will enter Aville on Friday.", "planned", "stated"),
    ("Students are to march through Aville on Friday.", "planned", "stated"),
    ("Troops are due to enter Aville on Friday.", "planned", "stated"),
    ("Unions plan a strike in Aville on Friday.", "planned", "stated"),
    ("The army is preparing to storm Aville.", "planned", "stated"),
    ("The army is preparing an offensive on Aville.", "planned", "stated"),
    ("Farmers were to have blocked the road to Aville on Sunday.", "planned negated", "stated"),
    ("Police will have sealed off Aville by Friday.", "planned", "stated"),
    ("The mayor said teachers would march in Aville on Friday.", "planned", "attributed"),
    ("Teachers are going to protest in Aville on Friday.", "planned", "stated"),
    ("A demonstration is planned for Friday in Aville.", "planned", "stated"),
    ("A rally is scheduled to take place in Aville on Friday.", "planned", "stated"),
    ("A protest is expected in Aville on Friday.", "planned hypothetical", "stated attributed"),
    ("Opposition leaders vowed to march on Aville on Friday.", "planned threatened", "stated attributed"),
    ("Nurses have decided to strike in Aville from Monday next week.", "planned", "stated"),
    ("Unions have announced a march in Aville for Saturday.", "planned", "stated attributed"),
    ("A march in Aville, proposed for Sunday, has not been given permission.", "planned", "stated"),
    ("The planned march in Aville has drawn criticism.", "planned", "stated"),
    ("Troops are expected to withdraw from Aville next week.", "planned", "stated attributed"),
    ("The rebels had intended to attack Aville on Monday.", "planned attempted negated", "stated"),
    ("The rebels are plotting an attack on Aville.", "planned attempted", "stated"),
    ("Thousands of farmers will be marching through Aville on Friday.", "planned", "stated"),
    (
        "Police shot dead two men in Aville on Monday and will search houses in Bville on Friday.",
        "reported planned",
        "",
    ),
    ("The curfew in Aville will be lifted on Friday.", "planned", "stated"),
    ("The rebels have been shelling Aville since Monday.", "reported", "stated"),
    ("Soldiers had attacked Aville on Monday before they withdrew.", "reported", "stated"),
    ("Residents woke up as troops were shelling Aville on Monday.", "reported", "stated"),
]

SAYING = [
    ("Rebels attacked Aville on Monday, a spokesman who declined to be named said.", "reported", "attributed"),
    ("The army claimed that it had captured Aville on Monday.", "claimed", "attributed"),
    ("The army claims to have killed 30 fighters near Aville on Monday.", "claimed", "attributed"),
    ("The rebels alleged that troops had burned houses in Aville on Monday.", "claimed", "attributed accused"),
    ("Soldiers allegedly shot two farmers in Aville on Monday.", "claimed", "attributed rumoured accused stated"),
    ("According to residents, gunmen attacked Aville on Monday.", "reported", "attributed"),
    ("Gunmen attacked Aville on Monday, according to a local official.", "reported", "attributed"),
    ("A witness told the radio that gunmen had attacked Aville on Monday.", "reported", "attributed"),
    ("Gunmen attacked Aville on Monday, a witness told reporters by telephone.", "reported", "attributed"),
    ('"Gunmen attacked Aville on Monday," the mayor said.', "reported", "attributed"),
    ('"Gunmen attacked Aville on Monday," said Ana Petrov, a nurse.', "reported", "attributed"),
    ("“They shelled Aville on Monday,” a resident told the agency.", "reported", "attributed"),
    ('"We were asleep," a farmer said. "Then they shelled Aville on Monday."', "reported", "attributed"),
    ("Local radio said, citing police, that gunmen had attacked Aville on Monday.", "reported", "attributed"),
    ("State television reported that rebels had attacked Aville on Monday.", "reported", "attributed"),
    ("State media: rebels attacked Aville on Monday.", "reported", "attributed"),
    ("In a statement, the army said that its jets had bombed Aville on Monday.", "reported claimed", "attributed"),
    (
        "The army said in a statement on Tuesday that its jets had bombed Aville on Monday.",
        "reported claimed",
        "attributed",
    ),
    ("Residents said soldiers beat demonstrators in Aville on Monday.", "reported", "attributed"),
    ("Gunmen attacked Aville on Monday, residents say.", "reported", "attributed"),
    ("Gunmen, residents said, attacked Aville on Monday.", "reported", "attributed"),
    ("The rebels blamed the army for a bombing in Aville on Monday.", "claimed reported", "accused"),
    ("The minister accused the rebels of attacking Aville on Monday.", "claimed", "accused"),
    ("Rebels accused of attacking Aville on Monday were seen in Bville.", "claimed", "accused"),
    ("The governor admitted that police had killed two protesters in Aville on Monday.", "reported", "attributed"),
    ("The group claimed responsibility for a bombing in Aville on Monday.", "reported claimed", "attributed stated"),
    (
        "The UN mission says it has confirmed that militiamen burned houses in Aville on Monday.",
        "reported",
        "attributed",
    ),
    ("Police confirmed Monday's shooting in Aville.", "reported", "attributed"),
    ("The ministry announced the arrest of six men in Aville on Monday.", "reported", "attributed"),
    ("A bomb exploded in Aville on Monday, and the mayor said he was shocked.", "reported", "stated"),
    ("The mayor said he was shocked after a bomb exploded in Aville on Monday.", "reported", "stated attributed"),
    ("Police arrested a man who said he was innocent in Aville on Monday.", "reported", "stated"),
    ("Gunmen attacked Aville on Monday. The governor said help was on its way.", "reported", "stated"),
    (
        "Gunmen attacked Aville on Monday, the third attack this year, a monitoring group said on Tuesday.",
        "reported",
        "attributed",
    ),
    ("A purported rebel statement said that fighters had seized Aville on Monday.", "claimed", "attributed rumoured"),
    ("The general boasted that his men had taken Aville on Monday.", "claimed", "attributed"),
    ("The general insisted that his men had taken Aville on Monday.", "claimed reported", "attributed"),
]

RUMOUR = [
    ("Rumours of an attack on Aville spread on Monday.", "reported claimed", "rumoured"),
    ("Unconfirmed reports said rebels had attacked Aville on Monday.", "reported claimed", "rumoured"),
    ("It was rumoured that rebels had attacked Aville on Monday.", "reported claimed", "rumoured"),
    ("Rebels reportedly attacked Aville on Monday.", "reported claimed", "rumoured"),
    ("There were unverified reports of shelling in Aville on Monday.", "reported claimed", "rumoured"),
    (
        "A video circulating on Telegram purportedly shows rebels attacking Aville on Monday.",
        "claimed reported",
        "rumoured",
    ),
    (
        "Posts on social media said that rebels had attacked Aville on Monday.",
        "reported claimed",
        "rumoured attributed",
    ),
    (
        "Rebels had attacked Aville on Monday, said a post on Facebook, which could not be verified.",
        "reported claimed",
        "rumoured",
    ),
    ("Rumours that rebels had attacked Aville on Monday proved false.", "negated", ""),
    ("Rumours of an attack on Aville were denied by the governor.", "negated", ""),
    ("Rumours that rebels had attacked Aville spread on Monday. The police dismissed them as false.", "negated", ""),
    ("Reports of clashes in Aville on Monday turned out to be untrue.", "negated", ""),
    ("Rebels were said to have attacked Aville on Monday, but the army denied it.", "negated claimed", ""),
    ("The Red Lions said on Tuesday they had fired two rockets at Aville.", "claimed", "attributed"),
    ("Police said they had arrested six men in Aville on Monday.", "reported", "attributed"),
    ("A rumour, false as it turned out, that a church had been burned in Aville spread on Monday.", "negated", ""),
    ("A claim that rebels attacked Aville on Monday was dismissed as false by the army.", "negated", ""),
    ("It is not known whether rebels attacked Aville on Monday.", "hypothetical", ""),
    (
        "The claim that rebels seized Aville on Monday could not be independently verified.",
        "claimed",
        "rumoured attributed",
    ),
]

NEGATION = [
    ("The army denied that shells had hit Aville on Monday.", "negated", "attributed"),
    ("The army denied shelling Aville on Monday.", "negated", "attributed"),
    ("The governor denied reports of clashes in Aville on Monday.", "negated", "attributed"),
    ("No shells were fired at Aville on Monday.", "negated", "stated"),
    ("No one attacked Aville on Monday.", "negated", "stated"),
    ("The rebels did not attack Aville on Monday.", "negated", "stated"),
    ("Rebels have never attacked Aville.", "negated -", "stated"),
    ("There were no clashes in Aville on Monday.", "negated", "stated"),
    ("There was no shelling in Aville on Monday.", "negated", "stated"),
    ("No protests took place in Aville on Monday.", "negated", "stated"),
    ("The report that Aville had been shelled was false.", "negated", ""),
    ("The governor dismissed as false a report that rebels had attacked Aville on Monday.", "negated", "attributed"),
    ("The ministry refuted claims that soldiers had burned houses in Aville.", "negated", "attributed"),
    ("The police foiled a bomb attack in Aville on Monday.", "attempted", "stated"),
    ("A bombing in Aville was averted on Monday.", "attempted negated", "stated"),
    ("Guards prevented the kidnapping of a judge in Aville on Monday.", "attempted negated", "stated"),
    ("Rebels failed to capture Aville on Monday.", "attempted negated", "stated"),
    ("Gunmen attempted to storm the prison in Aville on Monday.", "attempted", "stated"),
    ("An attempt to abduct a priest in Aville failed on Monday.", "attempted", "stated"),
    ("The army repelled an attack on Aville on Monday.", "reported attempted", "stated"),
    ("Police stopped short of arresting the leaders in Aville on Monday.", "negated", "stated"),
    ("A march in Aville on Monday passed off without incident.", "reported", "stated"),
    ("Hundreds marched in Aville on Monday without clashes with police.", "reported", "stated"),
    ("The march in Aville was called off on Monday.", "negated", "stated"),
    ("Organisers cancelled a march in Aville on Monday.", "negated", ""),
    ("A march in Aville has been postponed until Friday.", "planned negated", "stated"),
    ("The army did not say whether it had shelled Aville on Monday.", "hypothetical", ""),
    ("Neither side shelled Aville on Monday.", "negated", "stated"),
    ("The army refused to withdraw from Aville.", "negated", "stated"),
    ("The president ruled out sending troops to Aville.", "negated", "attributed stated"),
    (
        "The police rejected allegations that officers had shot protesters in Aville on Monday.",
        "negated",
        "attributed accused",
    ),
    ("The city of Aville has not been attacked this year.", "negated", "stated"),
    ("Contrary to reports, rebels did not seize Aville on Monday.", "negated", ""),
    ("A bomb found in Aville on Monday was defused.", "attempted reported -", "stated"),
    ("Nobody was hurt when a bomb exploded in Aville on Monday.", "reported", "stated"),
    ("The bomb in Aville exploded without hurting anyone on Monday.", "reported", "stated"),
    ("Troops entered Aville on Monday without firing a shot.", "reported", "stated"),
]

CONDITION = [
    ("If talks fail, rebels will attack Aville, the rebel leader said.", "threatened hypothetical", "attributed"),
    (
        "Rebels will attack Aville unless prisoners are freed, their leader said.",
        "threatened hypothetical",
        "attributed",
    ),
    ("Should the talks fail, the army could close the road to Aville.", "hypothetical", "stated"),
    ("Were the dam to burst, Aville would be flooded.", "hypothetical", "stated"),
    (
        "Had police not come, the crowd would have lynched the driver in Aville.",
        "hypothetical negated attempted",
        "stated",
    ),
    ("The rebels would have attacked Aville if they had been stronger.", "hypothetical negated", "stated"),
    ("The rebels vowed to attack Aville.", "threatened", "stated attributed"),
    ("The rebels threatened an attack on Aville.", "threatened", "stated attributed"),
    ("The rebels warned that they would shell Aville.", "threatened", "attributed"),
    ("The embassy warned that rebels could attack Aville.", "hypothetical", "attributed"),
    ("The embassy warned of attacks in Aville.", "hypothetical", "attributed"),
    ("The unions called for a general strike in Aville on Friday.", "planned", "attributed stated"),
    ("The opposition urged its supporters to march on Aville on Friday.", "planned", "attributed stated"),
    ("The general ordered his troops to attack Aville.", "planned", "attributed stated"),
    ("Did the army shell Aville on Monday?", "hypothetical -", ""),
    ("Will rebels attack Aville next?", "hypothetical planned -", ""),
    ("During an exercise in Aville on Monday, police stormed a bus and freed hostages.", "-", ""),
    ("The drill in Aville on Monday simulated a bomb attack.", "-", ""),
    ("In the film, gangsters attack Aville and kill the mayor.", "-", ""),
    ("The novel describes a massacre in Aville.", "-", ""),
    ("The army asked for permission to shell Aville.", "planned hypothetical", ""),
    ("The council demanded the arrest of the mayor of Aville.", "planned -", ""),
    ("In case of an attack on Aville, the bridge will be closed.", "hypothetical planned", ""),
    ("The army is ready to attack Aville.", "planned hypothetical threatened", "stated"),
    ("The plan would see troops deployed in Aville.", "planned hypothetical", ""),
]

BACKGROUND = [
    ("Ten years after the massacre in Aville, survivors are waiting for justice.", "historical -", ""),
    ("Families marked the anniversary of the bombing in Aville on Monday.", "historical -", ""),
    ("Relations have been tense since the 1994 massacre in Aville.", "historical", "stated"),
    ("The man was jailed for a 1998 bombing in Aville.", "historical", "stated"),
    ("The army, which annexed Aville in 2014, has left.", "historical", "stated"),
    ("Aville, where rebels killed 40 people in 2003, is rebuilding.", "historical", "stated"),
    ("In 1987, soldiers shot strikers in Aville.", "historical", "stated"),
    ("A court convicted him of the 2005 attack on a hotel in Aville.", "historical", "stated"),
    (
        "The trial of a man charged with bombing a bus in Aville on Monday has opened.",
        "claimed reported",
        "accused attributed stated",
    ),
    (
        "Two men suspected of attacking a mosque in Aville on Monday are in custody.",
        "claimed",
        "accused attributed stated",
    ),
    ("An earlier version of this article said that troops had shelled Aville on Monday.", "negated -", ""),
    ("Correction: rebels did not attack Aville on Monday, as reported earlier.", "negated", ""),
    ("During the civil war of the 1990s, militias besieged Aville.", "historical", "stated"),
    ("Last year's floods in Aville killed 40 people.", "historical reported", "stated"),
    ("A monument to the victims of the 1944 massacre in Aville was unveiled.", "historical -", "stated"),
]

MIXED = [
    ("Rebels may well try to retake Aville.", "hypothetical"),
    ("A rebel offensive against Aville is looming.", "hypothetical planned"),
    ("Aville is bracing for clashes on Friday.", "hypothetical planned"),
    ("Supporters of the mayor intend to block the road to Aville on Friday.", "planned"),
    ("A march on Aville, set for Friday, was announced by the unions.", "planned"),
    ("Fresh protests in Aville have been called for Friday.", "planned"),
    ("The army wants to bomb Aville, a diplomat said.", "planned hypothetical"),
    ("Nurses will down tools and march in Aville on Friday.", "planned"),
    ("The road to Aville has been closed since Monday and will reopen on Friday.", "reported planned"),
    ("Police say they arrested six men in Aville on Monday.", "reported"),
    ("Two men appeared in court on Tuesday after police raided a house in Aville on Monday.", "reported"),
    ("A man appeared in court on Tuesday charged with kidnapping a girl in Aville on Monday.", "claimed reported"),
    ("He is alleged to have stabbed a shopkeeper in Aville on Monday.", "claimed"),
    ("Soldiers are reported to have burned houses in Aville on Monday.", "claimed reported"),
    ("Reports that rebels had captured Aville are false, the ministry said.", "negated"),
    ("The ministry described reports of an attack on Aville as false.", "negated"),
    ("There is no truth to rumours of a coup in Aville, where shelling was also denied.", "negated"),
    ("The army says no shells fell on Aville on Monday.", "negated"),
    ("Contrary to what rebel media said, Aville was not bombed on Monday.", "negated"),
    ("Not a single shell hit Aville on Monday.", "negated"),
    ("Aville was spared the shelling on Monday.", "negated"),
    ("The planned attack on Aville never happened.", "negated attempted"),
    ("A bomb planted at the station in Aville on Monday failed to explode.", "attempted"),
    ("Protesters tried in vain to storm the town hall in Aville on Monday.", "attempted"),
    ("Air defences shot down a drone heading for Aville on Monday.", "attempted reported"),
    ("Gunmen have threatened to burn down schools in Aville.", "threatened"),
    ("The rebels promised to shell Aville again.", "threatened planned"),
    ("The group vowed more attacks on Aville.", "threatened"),
    (
        "Unless the ransom is paid, the kidnappers will kill the priest in Aville, their leader said.",
        "hypothetical threatened",
    ),
    ("Had the bomb gone off in Aville, dozens would have died.", "hypothetical"),
    ("If the dam breaks, floods will hit Aville.", "hypothetical"),
    ("Aid workers fear that the rebels will storm Aville.", "hypothetical"),
    ("It remains unclear whether troops shot the villagers in Aville on Monday.", "hypothetical"),
    ("Police are investigating whether rebels bombed the bus in Aville on Monday.", "hypothetical"),
    ("Aville was shelled in 1999.", "historical"),
    ("In May 1987, soldiers shot 42 men in Aville.", "historical"),
    ("He survived the 1988 massacre in Aville.", "historical"),
    ("The film festival in Aville remembers the 1988 massacre.", "historical -"),
    ("Twenty years ago, rebels burned houses in Aville.", "historical"),
    ("The family had fled Aville when it was bombed in 2003.", "historical"),
    ("Rebels attacked Aville on Monday, the first attack there since 2010.", "reported"),
    ("Soldiers who had been told to hold fire shot two farmers in Aville on Monday.", "reported"),
    ("The army, which denies targeting civilians, bombed Aville on Monday.", "reported"),
    ("Rebels attacked Aville on Monday, hours after the governor said the town was safe.", "reported"),
    ("Police who had been expected to stay away attacked a march in Aville on Monday.", "reported"),
    ("Troops attacked Aville on Monday despite a promise not to do so.", "reported"),
    ("Gunmen attacked Aville on Monday in what the governor called an attempt to stop the vote.", "reported"),
    ("Gunmen attacked Aville on Monday to stop a planned march.", "reported"),
    ("Shells hit Aville on Monday as talks were due to begin in Bville.", "reported planned"),
    ("A bomb exploded in Aville on Monday; the rebels denied planting it.", "reported"),
    ("A bomb exploded in Aville on Monday. No group has claimed the attack.", "reported"),
    ("Hundreds marched in Aville on Monday to demand that the army leave.", "reported"),
    ("Hundreds marched in Aville on Monday against plans to build a dam.", "reported"),
    ("Hundreds marched in Aville on Monday, calling for a strike.", "reported"),
    ("Police dispersed a banned march in Aville on Monday.", "reported"),
    ("A man suspected of theft was lynched in Aville on Monday.", "reported"),
    ("Suspected rebels attacked Aville on Monday.", "reported"),
    ("The alleged leader of a gang was arrested in Aville on Monday.", "reported"),
    ("Troops who were preparing to leave were ambushed near Aville on Monday.", "reported"),
    ("Rebels seized Aville on Monday before troops could reach it.", "reported"),
    ("Gunfire could be heard in Aville on Monday.", "reported"),
    ("The curfew imposed in Aville on Monday may be extended, the mayor said.", "reported"),
    ("Protesters who had vowed to stay blocked the road to Aville on Monday.", "reported"),
]

MANNERS = [
    ("14:05 Shells hit Aville, the mayor says on television.", "reported"),
    ("UPDATE: A bomb exploded in Aville on Monday, police confirm.", "reported"),
    ("BREAKING: Rebels claim to have taken Aville.", "claimed reported"),
    ("The Ministry informs that a patrol was ambushed near Aville on Monday.", "reported"),
    ("It was confirmed on Tuesday that soldiers had burned houses in Aville.", "reported"),
    ("It is not true that soldiers burned houses in Aville.", "negated"),
    ("The army had nothing to do with it: no shells were fired at Aville on Monday, a spokesman said.", "negated"),
    ("Neither the army nor the rebels shelled Aville on Monday.", "negated"),
    ("Peacekeepers found no evidence that Aville had been shelled.", "negated"),
    ("The mayor said there had been no clashes in Aville on Monday.", "negated"),
    ("Claims of a massacre in Aville were untrue, investigators found.", "negated"),
    ("Far from fleeing, the rebels never left Aville, and the army did not retake Aville.", "negated"),
    ("The government said on Monday it would deploy 500 soldiers to Aville.", "planned"),
    ("Police have asked for reinforcements and plan to raid houses in Aville.", "planned"),
    ("From Friday, the road between Aville and Bville is to be closed.", "planned"),
    ("A ceasefire in Aville is due to take effect on Friday.", "planned"),
    ("The council is considering a curfew in Aville.", "planned hypothetical"),
    ("A curfew will be imposed in Aville from Friday.", "planned"),
    ("A curfew may be imposed in Aville.", "hypothetical planned"),
    ("A curfew was imposed in Aville on Monday and may be lifted on Friday.", "reported"),
    ("Officials said a curfew had been imposed in Aville on Monday.", "reported"),
    ("The rebels, who want autonomy, attacked Aville on Monday.", "reported"),
    ("Gunmen who could not be identified attacked Aville on Monday.", "reported"),
    ("Gunmen attacked Aville on Monday and would have killed more people if the army had not come.", "reported"),
    ("Gunmen attacked Aville on Monday, a day before elections that could bring the opposition to power.", "reported"),
    ("The army bombed Aville on Monday after warning that it would do so.", "reported"),
    ("Unidentified men, possibly rebels, attacked Aville on Monday.", "reported"),
    ("Rebels attacked Aville on Monday, apparently to free prisoners.", "reported"),
    ("Rebels apparently attacked Aville on Monday.", "claimed reported"),
    ("The attack on Aville on Monday was meant to scare voters.", "reported"),
    ("The attack on Aville on Monday may have been carried out by rebels.", "reported"),
    ("Monday's bombing in Aville, if confirmed as the work of rebels, would be their first.", "reported"),
    ("It was not clear who attacked Aville on Monday.", "reported"),
    ("It is not known how many people were killed when shells hit Aville on Monday.", "reported"),
    ("Nobody knows why gunmen attacked Aville on Monday.", "reported"),
    ("The general denied that his men were behind a bombing in Aville on Monday.", "reported"),
    ("The governor denounced the bombing in Aville on Monday.", "reported"),
    ("Leaders called for an end to the fighting in Aville on Monday.", "reported"),
    ("The president ordered an inquiry into the shooting in Aville on Monday.", "reported"),
    ("Relatives demanded justice for the men killed in Aville on Monday.", "reported"),
    ("Police were unable to stop rioters from burning shops in Aville on Monday.", "reported"),
    ("Despite calls for calm, youths burned shops in Aville on Monday.", "reported"),
    ("Thousands tried to march on the palace in Aville on Monday but were turned back.", "attempted"),
    ("A plot to bomb a bank in Aville was uncovered on Monday.", "attempted"),
    ("A suicide attack in Aville was thwarted on Monday.", "attempted negated"),
    ("A court in Bville jailed a general for the 1995 massacre in Aville.", "historical reported"),
    ("The bridge at Aville, blown up in 1944, was rebuilt.", "historical"),
]

SOURCES = [
    ("Gunmen attacked Aville on Monday, said a police officer who asked not to be named.", "a police officer"),
    ("According to the Red Cross, gunmen attacked Aville on Monday.", "the Red Cross"),
    ('"Gunmen attacked Aville on Monday," Mayor Ana Petrov said.', "Mayor Ana Petrov"),
    ('"Gunmen attacked Aville on Monday," said Mayor Ana Petrov.', "Mayor Ana Petrov"),
    ("The army claimed that it had captured Aville on Monday.", "The army"),
    ("Local radio said, citing police, that gunmen had attacked Aville on Monday.", "police"),
    ('"We ran," a farmer told the agency. "They shelled Aville on Monday."', "a farmer"),
    ("A hospital doctor told reporters that gunmen had attacked Aville on Monday.", "A hospital doctor"),
    ("Gunmen, residents said, attacked Aville on Monday.", "residents"),
    ("State television quoted the governor as saying that gunmen had attacked Aville on Monday.", "the governor"),
    ("The minister accused the rebels of attacking Aville on Monday.", "The minister"),
    (
        "Gunmen attacked Aville on Monday, the third raid this year, a monitoring group said on Tuesday.",
        "a monitoring group",
    ),
    ("The governor denied that shells had hit Aville on Monday.", "The governor"),
    ("Unions warned on Tuesday that they would block the road to Aville.", "Unions"),
    ("Gunmen attacked Aville on Monday. The governor said help was on its way.", None),
]


def check(text: str, certainty: str, level: str) -> None:
    incidents = tell(text)
    wanted = certainty.split()
    if not incidents:
        assert "-" in wanted, "nothing was found"
        return
    for incident in incidents:
        assert incident.certainty in wanted, show(incidents)
        assert not level or incident.attribution.level in level.split(), show(incidents)


@pytest.mark.parametrize(("text", "certainty", "level"), MODALITY)
def test_modality(text: str, certainty: str, level: str) -> None:
    check(text, certainty, level)


@pytest.mark.parametrize(("text", "certainty", "level"), TENSE)
def test_tense(text: str, certainty: str, level: str) -> None:
    check(text, certainty, level)


@pytest.mark.parametrize(("text", "certainty", "level"), SAYING)
def test_saying(text: str, certainty: str, level: str) -> None:
    check(text, certainty, level)


@pytest.mark.parametrize(("text", "certainty", "level"), RUMOUR)
def test_rumour(text: str, certainty: str, level: str) -> None:
    check(text, certainty, level)


@pytest.mark.parametrize(("text", "certainty", "level"), NEGATION)
def test_negation(text: str, certainty: str, level: str) -> None:
    check(text, certainty, level)


@pytest.mark.parametrize(("text", "certainty", "level"), CONDITION)
def test_condition(text: str, certainty: str, level: str) -> None:
    check(text, certainty, level)


@pytest.mark.parametrize(("text", "certainty", "level"), BACKGROUND)
def test_background(text: str, certainty: str, level: str) -> None:
    check(text, certainty, level)


@pytest.mark.parametrize(("text", "certainty"), MIXED + MANNERS)
def test_all_together(text: str, certainty: str) -> None:
    check(text, certainty, "")


@pytest.mark.parametrize(("text", "source"), SOURCES)
def test_source(text: str, source: str | None) -> None:
    incidents = tell(text)
    assert incidents and incidents[0].attribution.source == source, show(incidents)


def test_who_denies_the_deed_leaves_the_event_alone() -> None:
    first, second = tell("Officials said shells hit Aville on Monday. The army denied that it had shelled any village.")
    assert (first.certainty, second.certainty) == ("reported", "negated")
    (blast,) = tell("A bomb exploded in Aville on Monday. The rebels denied responsibility for the blast.")
    assert blast.certainty == "reported"
    (blast,) = tell("Nobody has claimed responsibility for a bombing in Aville on Monday.")
    assert blast.certainty == "reported"


def test_what_would_follow_an_event_does_not_doubt_it() -> None:
    for text in (
        "Police will investigate the shooting in Aville on Monday.",
        "The shelling of Aville on Monday could delay the talks.",
        "The council will meet after the bombing in Aville on Monday.",
        "Guards failed to prevent the kidnapping of a judge in Aville on Monday.",
        "Smoke could be seen after shells hit Aville on Monday.",
    ):
        incidents = tell(text)
        assert [i.certainty for i in incidents] == ["reported"], show(incidents)


def test_a_drill_with_an_accident_is_news() -> None:
    (crash,) = tell("Two soldiers were killed when a grenade exploded during an exercise in Aville on Monday.")
    assert crash.certainty == "reported"


def test_harm_told_after_an_old_day_is_history() -> None:
    incidents = tell("On 2 May 2002, a truck full of powder burst in Aville. At least 79 people were killed there.")
    assert {i.certainty for i in incidents} <= {"historical"}, show(incidents)


def test_many_speakers_take_linear_time() -> None:
    line = '"They shelled Aville on Monday," a man who was there, a farmer, said, citing others, who denied it. '
    tell(line, model=False)
    few, many = (calls(partial(tell, line * copies, model=False)) for copies in (40, 160))
    # four times the text; a square would be sixteen times the work
    assert many < 6 * few, (few, many)


NOTHING_HAPPENED: list[tuple[str, str]] = [
    ("For the first time in nine days no shells fell on Aville on Monday.", "negated"),
    (
        "Local portals wrote that the force had moved tanks to Aville on Monday; the mission said that there had been "
        "no such move.",
        "negated",
    ),
    ("A bomb alert at the station in Aville on Monday proved to be a hoax.", "negated"),
    ("By the army's account, rebel mortars opened up on Aville on Monday.", "claimed"),
    ("A fire that investigators are calling arson gutted a school in Aville early on Monday.", "reported"),
]


@pytest.mark.parametrize(("text", "certainty"), NOTHING_HAPPENED)
def test_what_did_not_happen_is_no_fact(text: str, certainty: str) -> None:
    incidents = tell(text)
    assert [i.certainty for i in incidents] == [certainty], show(incidents)


def test_what_somebody_was_stopped_from_is_an_attempt() -> None:
    incidents = tell("A man was arrested in Aville on Monday before he could set off his explosive vest.")
    assert {i.certainty for i in incidents if i.type != "arrest_raid"} == {"attempted"}, show(incidents)


def test_what_is_said_beside_a_denial_is_not_denied() -> None:
    incidents = tell(
        "The army denied that shots were fired in Aville and said soldiers had arrested 12 men in Bville on Monday."
    )
    (arrest,) = [i for i in incidents if i.type == "arrest_raid"]
    assert (arrest.certainty, arrest.attribution.source) == ("reported", "The army"), show(incidents)
    # what is denied stays denied
    incidents = tell("The army denied that soldiers had arrested 12 men in Bville on Monday.")
    assert [i.certainty for i in incidents] == ["negated"], show(incidents)


def test_an_event_set_for_a_day_to_come_is_planned() -> None:
    war = "Army helicopters bombed hills near Bville on Sunday.\n\n"
    incidents = tell(war + "Traders in Aville have announced a strike for May 20.")
    (strike,) = [i for i in incidents if i.places[0].name == "Aville"]
    assert (strike.type, strike.certainty, strike.date_start) == ("protest", "planned", "2024-05-20"), show(incidents)


def test_somebody_who_speaks_in_a_town_makes_it_no_scene() -> None:
    incidents = tell("The minister, speaking in Aville, said that rebels had shelled Bville on Monday.")
    assert [[p.name for p in i.places] for i in incidents] == [["Bville"]], show(incidents)
