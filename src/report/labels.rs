//! Every fixed text that people read in results, in English and Dutch side by side.
//!
//! A text may have gaps `{}`, filled in order by [`Lang::say`].

use super::words::Lang;

/// A fixed text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the texts themselves say what they are")]
pub enum Label {
    Compared,
    ComparedBaseOnly,
    WhatItDoes,
    PeopleTakingPart,
    StepReached,
    TurnedAway,
    RangesExplained,
    ChangeOf,
    QalyExplained,
    WhatItCosts,
    MoneyBasis,
    ProgrammeCost,
    CareCosts,
    OnBalance,
    DiscountedQalys,
    SavesOnBalance,
    CostsOnBalance,
    PricePerQaly,
    HealthUnknown,
    NoGainKnown,
    NoneKnown,
    CheaperAndBetter,
    DearerAndWorse,
    CheaperAndWorse,
    NoDifference,
    Overtaken,
    Zvw,
    Wlz,
    Wmo,
    WaysToPay,
    WhereItGoes,
    NotCash,
    ToEqualisation,
    ToOtherInsurers,
    ToWhoDoesNotPay,
    KeptByPayers,
    MoneyAtRisk,
    FundRunsDry,
    FundRunsDryBase,
    FundLastsBase,
    FundBalance,
    InvestorReturn,
    InvestorNoReturn,
    InvestorNoLoss,
    WayToPay,
    OtherPeople,
    WhoPays,
    WhoPaysBasis,
    WhoPaysChance,
    Thousands,
    Millions,
    Party,
    FreedCapacity,
    FreedCapacityExplained,
    PartiesAddUp,
    Payback,
    PaybackBasis,
    PaybackChance,
    PaybackColumn,
    Gate,
    GateLine,
    GateStopsWhatWorks,
    GateMostlyLuck,
    NotDelivered,
    Luck,
    LuckExplained,
    LuckLine,
    LuckLineYears,
    LuckPayment,
    LuckUnrelated,
    LuckWithoutChance,
    LuckIdealised,
    LuckMostly,
    LuckPartly,
    MostlyLuck,
    MostlyLuckAtLeast,
    LuckStatedError,
    LuckNoEffect,
    LuckWhateverSize,
    HowSure,
    ModelDoubt,
    ChanceShare,
    Replicates,
    WithChance,
    BestBuy,
    BestBuyBaseOnly,
    WorthKnowing,
    Goals,
    GoalLine,
    GoalChance,
    GoalBaseReached,
    GoalBaseMissed,
    GoalWanted,
    GoalsByGroup,
    GoalsByGroupBasis,
    GoalsByGroupBaseOnly,
    GoalsInHowMany,
    NotActedOn,
    ByGroup,
    ByGroupBasis,
    ByGroupAlso,
    ByGroupAlike,
    ByGroupEnds,
    PeopleAtStart,
    HealthyYears,
    FirstInPlaces,
    WhatIf,
    WhatIfBasis,
    WhatIfDiscounted,
    AsStated,
    WhatIfLine,
    WhatIfSame,
    WhatIfSameForAll,
    LeftOut,
    NoWarnings,
    MoreWarnings,
    TechnicalRemark,
    TechnicalRemarks,
    Unsourced,
    Assumptions,
    ChanceBetweenPersons,
    ChanceInKnowledge,
    WhereFiles,
    NothingCompared,
    To,
    MustBeTrue,
    MustBeTrueStated,
    MustBeTrueDraws,
    MustBeTrueAtLeast,
    MustBeTrueAtMost,
    MustBeTrueAlways,
    MustBeTrueNever,
    MustBeTrueNearest,
    MustBeTrueSeveral,
    MustBeTrueNothing,
    MustBeTrueEnough,
    MustBeTrueNotEnough,
    MustBeTrueChance,
    MustBeTrueBelow,
    MustBeTrueAbove,
    MustBeTrueSingleDraws,
    NearlyNothing,
    MustBeTrueSociety,
    MustBeTrueWorth,
    MustBeTrueEuros,
    DoubtSpent,
    DoubtRatio,
    DoubtPassedOn,
    DoubtBeforeAfter,
    DoubtInStrategy,
    DoubtInArrangement,
    DoubtInVariant,
    DoubtInVariants,
    DoubtInVariantsFirst,
    AskedBy,
    Founded,
    FoundedInPart,
    WarnWithoutDraws,
    WarnNobodySaves,
    WarnBetterAlone,
    WarnBetterTogether,
    WarnPaysMore,
    WarnPayMore,
    WarnGrant,
    WarnChanceIgnored,
    WarnHoldsNothing,
    WarnRiskWithoutChance,
    WarnTakesNoPart,
    WarnLuck,
    WarnGateLuck,
}

impl Label {
    fn texts(self) -> (&'static str, &'static str) {
        use Label as L;
        match self {
            L::Compared => (
                "Compared with: {}. {} years from {}; {} draws of what is uncertain.",
                "Vergeleken met: {}. {} jaar vanaf {}; {} trekkingen van wat onzeker is.",
            ),
            L::ComparedBaseOnly => (
                "Compared with: {}. {} years from {}; base case only, so without margins.",
                "Vergeleken met: {}. {} jaar vanaf {}; alleen de basisberekening, dus zonder marges.",
            ),
            L::WhatItDoes => ("What it does: {}", "Wat het doet: {}"),
            L::PeopleTakingPart => ("People who take part", "Mensen die meedoen"),
            L::StepReached => ("reached: {}", "bereikt: {}"),
            L::TurnedAway => ("turned away, no place: {}", "geen plaats: {}"),
            L::RangesExplained => (
                "Ranges (… to …): 95 of 100 draws lie within them.",
                "Marges (… tot …): 95 van de 100 trekkingen liggen daarbinnen.",
            ),
            L::ChangeOf => {
                ("Change over {} years (not discounted)", "Verandering over {} jaar (niet verdisconteerd)")
            }
            L::QalyExplained => (
                "A healthy year (QALY) is one year in full health; two years in half health count as one.",
                "Een gezond levensjaar (QALY) is een jaar in volle gezondheid; twee jaar in halve gezondheid \
                 tellen als één.",
            ),
            L::WhatItCosts => ("What it costs and saves", "Wat het kost en bespaart"),
            L::MoneyBasis => (
                "Euros of {}, all years together, later years discounted at {} a year. Minus is saved.",
                "Euro's van {}, alle jaren samen, latere jaren teruggerekend (verdisconteerd) met {} per jaar. \
                 Een minteken betekent: bespaard.",
            ),
            L::ProgrammeCost => ("Programme itself", "Het programma zelf"),
            L::CareCosts => ("Care and support: {}", "Zorg en ondersteuning: {}"),
            L::OnBalance => ("Costs on balance", "Kosten per saldo"),
            L::DiscountedQalys => (
                "Healthy years, later ones discounted at {} a year",
                "Gezonde levensjaren, latere teruggerekend met {} per jaar",
            ),
            L::SavesOnBalance => (
                "On balance it saves society {}: the care avoided is worth more than the programme costs.",
                "Per saldo bespaart het de samenleving {}: de vermeden zorg is meer waard dan het programma kost.",
            ),
            L::CostsOnBalance => ("On balance it costs society {}.", "Per saldo kost het de samenleving {}."),
            L::PricePerQaly => {
                ("Each healthy year gained costs {}.", "Elk gewonnen gezond levensjaar kost {}.")
            }
            L::HealthUnknown => (
                "People may as well lose healthy years as gain them: on average the difference is about nil, so a \
                 price for a healthy year means nothing here.",
                "Mensen kunnen evengoed gezonde levensjaren verliezen als winnen: gemiddeld is het verschil \
                 ongeveer nul, dus een prijs per gezond levensjaar zegt hier niets.",
            ),
            L::NoGainKnown => (
                "No gain in healthy years is known: at the stated values it is nil, and it may as well be a loss.",
                "Er is geen winst in gezonde levensjaren bekend: bij de opgegeven waarden is die nul, en het kan evengoed verlies \
                 zijn.",
            ),
            L::NoneKnown => ("none known", "geen bekend"),
            L::CheaperAndBetter => (
                "It does not cost more and it does not cost healthy years: it is better than or as good as doing \
                 nothing new.",
                "Het kost niet meer en het kost geen gezonde levensjaren: het is beter dan of even goed als alles \
                 bij het oude laten.",
            ),
            L::DearerAndWorse => (
                "It costs no less and people gain no healthy years.",
                "Het kost niet minder en mensen winnen geen gezonde levensjaren.",
            ),
            L::CheaperAndWorse => (
                "It saves {} for each healthy year that is lost.",
                "Het bespaart {} voor elk gezond levensjaar dat verloren gaat.",
            ),
            L::NoDifference => (
                "It changes neither costs nor healthy years.",
                "Het verandert noch de kosten noch de gezonde levensjaren.",
            ),
            L::Overtaken => (
                "Another strategy, or a mixture of two others, does as much or more for the same money or less.",
                "Een andere strategie, of een mengsel van twee andere, doet evenveel of meer voor hetzelfde geld of \
                 minder.",
            ),
            L::Zvw => (
                "Zvw: Health Insurance Act (general practice, hospital, medicines), paid by health insurers.",
                "Zvw: Zorgverzekeringswet (huisarts, ziekenhuis, medicijnen), betaald door zorgverzekeraars.",
            ),
            L::Wlz => (
                "Wlz: Long-Term Care Act (nursing homes), paid from a national fund.",
                "Wlz: Wet langdurige zorg (verpleeghuis), betaald uit een landelijk fonds.",
            ),
            L::Wmo => (
                "Wmo: Social Support Act (help and aids at home), paid by the municipality.",
                "Wmo: Wet maatschappelijke ondersteuning (hulp en hulpmiddelen thuis), betaald door de gemeente.",
            ),
            L::WhereItGoes => (
                "Where every €100 of avoided care and support goes:",
                "Waar elke € 100 aan vermeden zorg en ondersteuning terechtkomt:",
            ),
            L::NotCash => (
                "{} becomes nobody's cash (freed capacity)",
                "{} levert niemand geld op (vrijgekomen capaciteit)",
            ),
            L::ToEqualisation => ("{} goes to risk equalisation", "{} gaat naar de risicoverevening"),
            L::ToOtherInsurers => {
                ("{} goes to insurers that do not pay", "{} gaat naar verzekeraars die niet meebetalen")
            }
            L::ToWhoDoesNotPay => {
                ("{} falls to others who do not pay", "{} valt bij anderen die niet meebetalen")
            }
            L::KeptByPayers => ("{} stays with who pays", "{} blijft bij wie betaalt"),
            L::MoneyAtRisk => (
                "Money that is put in beforehand, and whether it comes back:",
                "Geld dat vooraf wordt ingelegd, en of het terugkomt:",
            ),
            L::FundRunsDry => (
                "{}. Chance that the fund runs dry, so that in some year it cannot pay what it should: {}.",
                "{}. Kans dat het fonds leegraakt, zodat het in een of ander jaar niet kan betalen wat het zou moeten: {}.",
            ),
            L::FundRunsDryBase => (
                "{}. The fund runs dry: in some year it cannot pay what it should.",
                "{}. Het fonds raakt leeg: in een of ander jaar kan het niet betalen wat het zou moeten.",
            ),
            L::FundLastsBase => (
                "{}. The fund does not run dry: in every year it can pay what it should.",
                "{}. Het fonds raakt niet leeg: het kan in elk jaar betalen wat het zou moeten.",
            ),
            L::FundBalance => ("At the end of {} it holds {}.", "Eind {} zit er {} in."),
            L::InvestorReturn => (
                "{}. {}: expected payments amount to a return of {} a year on what is put in.",
                "{}. {}: de verwachte betalingen komen neer op een rendement van {} per jaar op de inleg.",
            ),
            L::InvestorNoReturn => (
                "{}. {}: no yearly return on what is put in follows from the expected payments.",
                "{}. {}: uit de verwachte betalingen volgt geen rendement per jaar op de inleg.",
            ),
            L::InvestorNoLoss => (
                "Chance of no loss, later years discounted: {}.",
                "Kans op geen verlies, latere jaren teruggerekend: {}.",
            ),
            L::WaysToPay => ("Ways to pay that are compared", "De vergeleken manieren van betalen"),
            L::OtherPeople => (
                "Others take part, or fewer, than told above under: {}. See outcomes.csv.",
                "Anderen doen mee, of minder, dan hierboven staat bij: {}. Zie outcomes.csv.",
            ),
            L::WayToPay => ("Way to pay", "Manier van betalen"),
            L::WhoPays => ("Who pays and who gains", "Wie betaalt en wie profiteert"),
            L::WhoPaysBasis => (
                "{} of euros of {}, all years together, later years discounted at {} a year. Minus is a loss.",
                "{} euro's van {}, alle jaren samen, latere jaren teruggerekend (verdisconteerd) met {} per jaar. Een \
                 minteken betekent: verlies.",
            ),
            L::WhoPaysChance => {
                ("In brackets the chance of not losing.", "Tussen haakjes de kans om niet te verliezen.")
            }
            L::Thousands => ("Thousands", "Duizenden"),
            L::Millions => ("Millions", "Miljoenen"),
            L::Party => ("Party", "Partij"),
            L::FreedCapacity => ("Freed capacity", "Vrijgekomen capaciteit"),
            L::FreedCapacityExplained => (
                "Freed capacity: care and help that is no longer needed but brings nobody cash (minus: that is needed more, and \
                 costs nobody cash).",
                "Vrijgekomen capaciteit: zorg en hulp die niet meer nodig is maar niemand geld oplevert (met een minteken: die \
                 meer nodig is, maar niemand geld kost).",
            ),
            L::PartiesAddUp => (
                "All parties and freed capacity together come only nearly to the balance above, with the \
                 opposite sign: the amounts of parties are discounted per calendar year.",
                "Alle partijen en de vrijgekomen capaciteit samen komen maar ongeveer uit op het saldo hierboven, \
                 met omgekeerd teken: bedragen van partijen zijn per kalenderjaar teruggerekend.",
            ),
            L::Payback => ("Is the money back by then?", "Is het geld dan terug?"),
            L::PaybackBasis => (
                "What those who pay have received, and saved on care as far as it is cash for them, until the end of that year, less \
                 what they have paid; in thousands of euros of {}, not discounted. What comes later does not count. All parties \
                 are in payback.csv.",
                "Het saldo van wie betaalt, tot en met dat jaar: wat is ontvangen en wat aan zorg is bespaard (voor zover het de \
                 partij zelf geld scheelt) min wat is betaald, in duizenden euro's van {}, niet teruggerekend. Wat later komt \
                 telt niet mee. Alle partijen staan in payback.csv.",
            ),
            L::PaybackChance => (
                "In brackets the chance that the money is back by then.",
                "Tussen haakjes de kans dat het geld dan terug is.",
            ),
            L::PaybackColumn => ("within {} years, to the end of {}", "binnen {} jaar, tot en met {}"),
            L::Gate => ("First prove, then continue", "Eerst bewijzen, dan doorgaan"),
            L::GateLine => (
                "{}, evidence in {}. Chance that a programme that does nothing goes on: {}. This programme goes on in {} of draws.",
                "{}, bewijs in {}. Kans dat een programma doorgaat dat niets doet: {}. Dit programma gaat door in {} van de \
                 trekkingen.",
            ),
            L::GateStopsWhatWorks => (
                "Chance that it is stopped although its result is truly good enough: {}.",
                "Kans dat het wordt gestopt terwijl het resultaat in werkelijkheid goed genoeg is: {}.",
            ),
            L::GateMostlyLuck => (
                "{}: it takes about {} participants before that year (now {}) to tell this effect from chance in four out of five \
                 cases.",
                "{}: er zijn ongeveer {} deelnemers voor dat jaar nodig (nu {}) om dit effect in vier van de vijf gevallen van \
                 toeval te onderscheiden.",
            ),
            L::NotDelivered => (
                "{}: nothing is delivered. {} may expect {} and wants more than {} for the risk, so all amounts are zero.",
                "{}: er wordt niets uitgevoerd. {} mag {} verwachten en wil meer dan {} voor het risico; alle bedragen zijn dus \
                 nul.",
            ),
            L::Luck => ("Effect or luck? Payments for results", "Effect of geluk? Betalen voor resultaat"),
            L::LuckExplained => (
                "Every payment for results was also worked out for a programme that is delivered and does nothing.",
                "Elke betaling voor resultaat is ook uitgerekend voor een programma dat wordt uitgevoerd maar niets doet.",
            ),
            L::LuckLine => (
                "{}. Chance that it pays for a programme that does nothing: {}; that it does not pay for this programme: {}.",
                "{}. Kans dat er betaald wordt voor een programma dat niets doet: {}; dat er voor dit programma niet betaald \
                 wordt: {}.",
            ),
            L::LuckLineYears => (
                "{}. Chance that it pays in at least one of {} years for a programme that does nothing: {}; that it pays in none of \
                 them for this programme: {}.",
                "{}. Kans dat er in minstens één van de {} jaren betaald wordt voor een programma dat niets doet: {}; dat er voor dit \
                 programma in geen van die jaren betaald wordt: {}.",
            ),
            L::LuckPayment => (
                "Expected payment: {}; for a programme that does nothing: {}.",
                "Verwachte betaling: {}; voor een programma dat niets doet: {}.",
            ),
            L::LuckUnrelated => (
                "It counts steps that are reached, in which the effect changes nothing.",
                "Het telt bereikte stappen, waaraan het effect niets verandert.",
            ),
            L::LuckWithoutChance => (
                "Chance between persons is not in this; simulate with whole persons to see it (--engine counts).",
                "Toeval tussen personen zit hier niet in; reken met hele personen om dat te zien (--engine counts).",
            ),
            L::LuckIdealised => (
                "Idealised: it is measured against what would really have been, which nobody can see.",
                "Geïdealiseerd: er wordt vergeleken met wat er echt gebeurd zou zijn, en dat kan niemand zien.",
            ),
            L::LuckMostly => ("Mostly luck", "Vooral geluk"),
            L::LuckPartly => ("For a large part luck", "Voor een groot deel geluk"),
            L::MostlyLuck => (
                "{}: it takes about {} participants (now {}) to tell this effect from chance in four out of five cases.",
                "{}: er zijn ongeveer {} deelnemers nodig (nu {}) om dit effect in vier van de vijf gevallen van toeval te \
                 onderscheiden.",
            ),
            L::MostlyLuckAtLeast => (
                "{}: it takes at least about {} participants (now {}) to tell this effect from chance in four out of five cases. \
                 More are needed, or no number is enough, as far as the uncertainty is doubt about the numbers or a control group \
                 that stays as small.",
                "{}: er zijn minstens ongeveer {} deelnemers nodig (nu {}) om dit effect in vier van de vijf gevallen van toeval te \
                 onderscheiden. Het zijn er meer, of geen aantal is genoeg, voor zover de onzekerheid twijfel over de getallen is \
                 of een controlegroep die even klein blijft.",
            ),
            L::LuckStatedError => (
                "{}. How many participants would be enough cannot be said: it rests on a stated error of measurement.",
                "{}. Hoeveel deelnemers genoeg zouden zijn is niet te zeggen: het berust op een opgegeven meetfout.",
            ),
            L::LuckNoEffect => (
                "On average it measures no more than of a programme that does nothing: the effect is not in the direction that is \
                 paid for. More participants do not help.",
                "Gemiddeld wordt er niet meer gemeten dan van een programma dat niets doet: het effect gaat niet de kant op waarvoor \
                 wordt betaald. Meer deelnemers helpen niet.",
            ),
            L::LuckWhateverSize => (
                "{}, with any number of participants: the effect is small beside the doubt about what it is compared with.",
                "{}, met welk aantal deelnemers ook: het effect is klein naast de twijfel over waarmee het wordt vergeleken.",
            ),
            L::WarnLuck => (
                "{}: whether it pays is for a large part luck; see \"{}\".",
                "{}: of er betaald wordt is voor een groot deel geluk; zie \"{}\".",
            ),
            L::WarnGateLuck => (
                "{}: whether the programme goes on is for a large part luck; see \"{}\".",
                "{}: of het programma doorgaat is voor een groot deel geluk; zie \"{}\".",
            ),
            L::WarnWithoutDraws => (
                "Nothing was drawn: what contracts rest on expectations for comes from the base case.",
                "Er zijn geen trekkingen gedaan: wat in afspraken op verwachtingen rust komt uit de basisberekening.",
            ),
            L::WarnNobodySaves => (
                "{}: costs are shared by expected benefit, but nobody is expected to save anything, so they share equally.",
                "{}: kosten worden verdeeld naar verwacht voordeel, maar naar verwachting bespaart niemand iets; daarom delen ze \
                 gelijk.",
            ),
            L::WarnBetterAlone => (
                "{}: {} would be better off by {} (expected, all years together) paying without the others.",
                "{}: {} zou {} beter af zijn (naar verwachting, alle jaren samen) door zonder de anderen te betalen.",
            ),
            L::WarnBetterTogether => (
                "{}: {} together would be better off by {} (expected, all years together) paying without the others.",
                "{}: {} zouden samen {} beter af zijn (naar verwachting, alle jaren samen) door zonder de anderen te betalen.",
            ),
            L::WarnPaysMore => (
                "{}: {} would pay {} more than it saves (expected, all years together).",
                "{}: {} betaalt {} meer dan die bespaart (naar verwachting, alle jaren samen).",
            ),
            L::WarnPayMore => (
                "{}: {} together would pay {} more than they save (expected, all years together).",
                "{}: {} betalen samen {} meer dan ze besparen (naar verwachting, alle jaren samen).",
            ),
            L::WarnGrant => (
                "No shares satisfy everybody unless {} comes from outside.",
                "Geen verdeling stelt iedereen tevreden zonder {} van buiten.",
            ),
            L::WarnChanceIgnored => (
                "{}: a threshold is tested on expected numbers. Chance, which decides whether a small group meets it, is left out.",
                "{}: een drempel wordt getoetst op verwachte aantallen. Toeval, dat beslist of een kleine groep hem haalt, telt \
                 niet mee.",
            ),
            L::WarnHoldsNothing => (
                "{}: savings on the budget {} count for nothing, as the payer holds none of it.",
                "{}: besparingen op het budget {} tellen niet mee, want de betaler heeft er niets van.",
            ),
            L::WarnRiskWithoutChance => (
                "{}: {} wants to be paid for risk, and this run holds no chance between people. Its result varies less here than \
                 it would, so it asks too little. Simulate whole people to see what it would ask (--engine counts).",
                "{}: {} wil betaald worden voor risico, en in deze berekening zit geen toeval tussen mensen. De uitkomst \
                 schommelt hier minder dan in het echt, dus de vraagprijs is te laag. Simuleer hele mensen (--engine counts) om te \
                 zien wat gevraagd zou worden.",
            ),
            L::WarnTakesNoPart => (
                "{}: whether anything is delivered depends on the gain of {}, which is never paid and never pays here. So \
                 nothing is ever delivered. Is it the party that delivers?",
                "{}: of er iets wordt uitgevoerd hangt af van de winst van {}, die hier nooit iets ontvangt of betaalt. Er wordt \
                 dus nooit iets uitgevoerd. Is dit wel de partij die uitvoert?",
            ),
            L::HowSure => ("How sure are we?", "Hoe zeker is dit?"),
            L::ModelDoubt => (
                "Doubt about the model itself is not in these chances.",
                "Twijfel over het model zelf zit niet in deze kansen.",
            ),
            L::ChanceShare => (
                "Of the uncertainty in the balance of {}, {} is chance: who happens to fall ill, move or die. A larger group \
                 makes that smaller. The rest is doubt about the numbers, which evidence can make smaller.",
                "Van de onzekerheid in het saldo van {} is {} toeval: wie er toevallig ziek wordt, verhuist of overlijdt. Een \
                 grotere groep maakt dat kleiner. De rest is twijfel over de getallen, die kleiner wordt door onderzoek.",
            ),
            L::WithChance => (
                "People are counted whole, so the ranges hold chance as well: who happens to fall ill, move or die.",
                "Mensen zijn per persoon geteld, dus toeval zit ook in de marges: wie er toevallig ziek wordt, verhuist of \
                 overlijdt.",
            ),
            L::Replicates => (
                "Every draw was run {} times with other chance.",
                "Elke trekking is {} keer doorgerekend met ander toeval.",
            ),
            L::BestBuy => (
                "If a healthy year may cost {}, the best choice is: {}. It is best in {} of {} draws.",
                "Als een gezond levensjaar {} mag kosten, is de beste keus: {}. In {} van de {} trekkingen \
                 is dat zo.",
            ),
            L::BestBuyBaseOnly => (
                "If a healthy year may cost {}, the best choice is: {}.",
                "Als een gezond levensjaar {} mag kosten, is de beste keus: {}.",
            ),
            L::WorthKnowing => (
                "Choosing with full knowledge instead would be worth {} at most.",
                "Kiezen met volledige kennis zou hooguit {} waard zijn.",
            ),
            L::Goals => ("Goals", "Doelen"),
            L::GoalLine => ("{} by {}: wanted {}, expected {}", "{} in {}: gewenst {}, verwacht {}"),
            L::GoalChance => ("chance {}", "kans {}"),
            L::GoalBaseReached => ("reached", "gehaald"),
            L::GoalBaseMissed => ("not reached", "niet gehaald"),
            L::GoalWanted => ("{} by {}, wanted {}", "{} in {}, gewenst {}"),
            L::GoalsByGroup => ("Goals by {}", "Doelen per {}"),
            L::GoalsByGroupBasis => (
                "Expected change there, and in brackets the chance that it is as large as is wanted of all people. More figures are in \
                 goals_by_group.csv.",
                "Verwachte verandering ter plaatse, en tussen haakjes de kans dat die zo groot is als voor iedereen samen gewenst. Meer \
                 cijfers staan in goals_by_group.csv.",
            ),
            L::GoalsByGroupBaseOnly => (
                "Change expected there. More figures are in goals_by_group.csv.",
                "Verwachte verandering ter plaatse. Meer cijfers staan in goals_by_group.csv.",
            ),
            L::GoalsInHowMany => (
                "In how many of {} it is more likely than not that the goal is reached there; a dash where a programme does not act on it. \
                 Each of them is in goals_by_group.csv.",
                "In hoeveel van de {} het waarschijnlijker is dat het doel er wordt gehaald dan dat het niet wordt gehaald; een streepje \
                 waar een programma er niet op werkt. Ze staan elk in goals_by_group.csv.",
            ),
            L::NotActedOn => (
                "What it does not act on is left out here; in outcomes.csv it is 0.",
                "Waar het niet op werkt staat hier niet bij; in outcomes.csv is dat 0.",
            ),
            L::ByGroup => ("Results by {}", "Uitkomsten per {}"),
            L::ByGroupBasis => (
                "Euros and healthy years of all years together, discounted at {} and {} a year. More figures are in \
                 by_group.csv, strategies in order of preference in priorities.csv.",
                "Euro's en gezonde levensjaren van alle jaren samen, teruggerekend met {} en {} per jaar. Meer cijfers staan \
                 in by_group.csv, de strategieën op volgorde van voorkeur in priorities.csv.",
            ),
            L::ByGroupAlso => {
                ("The files have results by {} as well.", "De bestanden hebben ook uitkomsten per {}.")
            }
            L::ByGroupAlike => (
                "The file tells only how many people live there, not how old they are: per person all have the same \
                 results.",
                "Het bestand zegt alleen hoeveel mensen er wonen, niet hoe oud zij zijn: per persoon zijn alle uitkomsten \
                 gelijk.",
            ),
            L::ByGroupEnds => (
                "the {} with most and the {} with fewest healthy years gained, of {}.",
                "de {} met de meeste en de {} met de minste gewonnen gezonde levensjaren, van {}.",
            ),
            L::PeopleAtStart => (
                "People at the start, of the ages in the file",
                "Mensen bij de start, van de leeftijden in het bestand",
            ),
            L::HealthyYears => ("Healthy years gained", "Gewonnen gezonde levensjaren"),
            L::FirstInPlaces => (
                "If a healthy year may cost {}, this comes first: {} (in {} of {}).",
                "Als een gezond levensjaar {} mag kosten, staat bovenaan: {} (in {} van {}).",
            ),
            L::WhatIf => ("What if: other assumptions", "Wat als: andere aannamen"),
            L::WhatIfBasis => (
                "Figures of the base case (the stated values, without the uncertainty about them), discounted; so \
                 they differ from the means above.",
                "Cijfers van de basisberekening (de opgegeven waarden, zonder de onzekerheid daarover), \
                 teruggerekend; ze verschillen dus van de gemiddelden hierboven.",
            ),
            L::WhatIfDiscounted => (
                "Euros and healthy years are discounted.",
                "Euro's en gezonde levensjaren zijn teruggerekend.",
            ),
            L::AsStated => ("This scenario", "Dit scenario"),
            L::WhatIfLine => {
                ("{}: {} on balance, {} healthy years", "{}: {} per saldo, {} gezonde levensjaren")
            }
            L::WhatIfSame => (
                "No difference for society, though for parties there may be: {}.",
                "Geen verschil voor de samenleving, wel misschien voor partijen: {}.",
            ),
            L::WhatIfSameForAll => {
                ("No difference for society: {}.", "Geen verschil voor de samenleving: {}.")
            }
            L::LeftOut => ("What to keep in mind", "Om rekening mee te houden"),
            L::NoWarnings => ("No warnings about this scenario.", "Geen waarschuwingen bij dit scenario."),
            L::MoreWarnings => ("And {} more, in manifest.json.", "En nog {}, in manifest.json."),
            L::TechnicalRemark => {
                ("1 technical remark: see manifest.json.", "1 technische opmerking: zie manifest.json.")
            }
            L::TechnicalRemarks => {
                ("{} technical remarks: see manifest.json.", "{} technische opmerkingen: zie manifest.json.")
            }
            L::Unsourced => (
                "Numbers without a source and without a reason: {} of {} (see inputs.csv).",
                "Getallen zonder bron en zonder reden: {} van {} (zie inputs.csv).",
            ),
            L::Assumptions => (
                "{} of {} numbers are assumptions, not measured: see inputs.csv.",
                "{} van de {} getallen zijn aannamen, niet gemeten: zie inputs.csv.",
            ),
            L::ChanceBetweenPersons => (
                "Numbers are expected numbers: chance between persons is not in the ranges, so what happens in \
                 a small group can lie outside them.",
                "Aantallen zijn verwachte aantallen: toeval tussen personen zit niet in de marges, dus wat er in \
                 een kleine groep gebeurt kan erbuiten liggen.",
            ),
            L::ChanceInKnowledge => (
                "How often a choice is best, and what more knowledge is worth, hold chance between persons here, which no \
                 research takes away. With expected numbers (--engine expected) they are about knowledge only.",
                "Hoe vaak een keus de beste is, en wat meer kennis waard is, bevatten hier ook toeval tussen personen, dat geen \
                 onderzoek wegneemt. Met verwachte aantallen (--engine expected) gaan ze alleen over kennis.",
            ),
            L::WhereFiles => ("All results are in {}", "Alle resultaten staan in {}"),
            L::NothingCompared => (
                "There is no strategy to compare with: add one under [strategies].",
                "Er is geen strategie om mee te vergelijken: voeg er een toe onder [strategies].",
            ),
            L::AskedBy => ("Who asks: {}", "Wie vraagt dit: {}"),
            L::Founded => (
                "{} numbers about the world: {} with a source ({} of these adapted, with the reason), {} assumed with a reason.",
                "{} cijfers over de werkelijkheid: {} met een bron (waarvan {} aangepast, met de reden), {} aangenomen met een \
                 reden.",
            ),
            L::FoundedInPart => (
                "{} numbers about the world: {} with a source ({} of these adapted, with the reason), {} assumed with a reason, {} \
                 without either.",
                "{} cijfers over de werkelijkheid: {} met een bron (waarvan {} aangepast, met de reden), {} aangenomen met een \
                 reden, {} zonder een van beide.",
            ),
            L::DoubtSpent => (
                "Too good to be true? {} saves {} of care for each participant, more than the {} that they would have \
                 cost.",
                "Te mooi om waar te zijn? {} bespaart {} zorg per deelnemer, meer dan de {} die een deelnemer gekost zou \
                 hebben.",
            ),
            L::DoubtRatio => (
                "Too good to be true? {} would save {} of care for each euro that it costs ({} for each participant). \
                 Check costs and effects before this is used.",
                "Te mooi om waar te zijn? {} zou {} aan zorg besparen voor elke euro die het kost ({} per deelnemer). \
                 Ga kosten en effecten na voordat dit wordt gebruikt.",
            ),
            L::DoubtPassedOn => (
                "The effect “{}” is passed on one to one to what follows ({}); trials often find less there.",
                "Het effect “{}” wordt een-op-een doorgegeven aan wat volgt ({}); onderzoek vindt daar vaak minder.",
            ),
            L::DoubtInStrategy => ("With the strategy “{}”:", "Met de strategie “{}”:"),
            L::DoubtInArrangement => ("Under the arrangement “{}”:", "Onder de afspraak “{}”:"),
            L::DoubtInVariant => ("In the variant {}:", "In de variant {}:"),
            L::DoubtInVariants => ("In the variants {}:", "In de varianten {}:"),
            L::DoubtInVariantsFirst => {
                ("In the variants {} (figures of the first):", "In de varianten {} (cijfers van de eerste):")
            }
            L::DoubtBeforeAfter => (
                "The effect “{}” rests on a measurement before and after without a control group ({}): what would have \
                 happened anyway counts as effect.",
                "Het effect “{}” berust op een meting voor en na zonder controlegroep ({}): wat toch al gebeurd was telt mee \
                 als effect.",
            ),
            L::MustBeTrue => ("What must be true", "Wat er waar moet zijn"),
            L::MustBeTrueStated => (
                "The value at which somebody just does not lose, everything else as in this scenario.",
                "De waarde waarbij iemand net niet verliest, al het andere zoals in dit scenario.",
            ),
            L::MustBeTrueDraws => (
                "The value at which somebody just does not lose, everything else as in this scenario ({} draws). \
                 Ranges: it lies within them in 95 of 100 draws.",
                "De waarde waarbij iemand net niet verliest, al het andere zoals in dit scenario ({} trekkingen). \
                 Marges: in 95 van de 100 trekkingen ligt die daarbinnen.",
            ),
            L::MustBeTrueAtLeast => {
                ("{}: at least {}; then {} breaks even{}.", "{}: minstens {}; dan speelt {} quitte{}.")
            }
            L::MustBeTrueAtMost => {
                ("{}: at most {}; then {} breaks even{}.", "{}: hoogstens {}; dan speelt {} quitte{}.")
            }
            L::MustBeTrueAlways => (
                "{}: any value from {} to {} is enough for {} to break even{}.",
                "{}: elke waarde van {} tot {} is genoeg om {} quitte te laten spelen{}.",
            ),
            L::MustBeTrueNever => (
                "{}: no value from {} to {} is enough for {} to break even{}.",
                "{}: geen waarde van {} tot {} is genoeg om {} quitte te laten spelen{}.",
            ),
            L::MustBeTrueNearest => ("It comes nearest at {}.", "Met {} komt het er het dichtst bij."),
            L::MustBeTrueSeveral => (
                "{}: {} breaks even{} in parts of the range from {} to {} only; it changes at {}.",
                "{}: {} speelt alleen quitte{} in delen van het bereik van {} tot {}; het wisselt bij {}.",
            ),
            L::MustBeTrueNothing => (
                "{}: {} neither pays nor gains anything, whatever its value.",
                "{}: {} betaalt en krijgt niets, wat de waarde ook is.",
            ),
            L::MustBeTrueEnough => ("Here it is {}: enough.", "Hier is het {}: genoeg."),
            L::MustBeTrueNotEnough => ("Here it is {}: not enough.", "Hier is het {}: niet genoeg."),
            L::MustBeTrueChance => ("with a probability of {}", "met een kans van {}"),
            L::MustBeTrueBelow => {
                ("though below {} in nearly all single draws", "maar onder {} in bijna alle losse trekkingen")
            }
            L::MustBeTrueAbove => {
                ("though above {} in nearly all single draws", "maar boven {} in bijna alle losse trekkingen")
            }
            L::MustBeTrueSingleDraws => ("single draws: {}", "losse trekkingen: {}"),
            L::NearlyNothing => ("nearly {}", "bijna {}"),
            L::MustBeTrueSociety => ("society", "de samenleving"),
            L::MustBeTrueWorth => ("a healthy year counted as {}", "een gezond levensjaar geteld als {}"),
            L::MustBeTrueEuros => ("euros only", "alleen euro's"),
            L::To => ("to", "tot"),
        }
    }
}

impl Lang {
    /// A fixed text with its gaps filled in order.
    pub fn say(self, label: Label, gaps: &[&str]) -> String {
        self.fill(label.texts(), gaps)
    }

    /// One of two texts with its gaps filled in order.
    pub fn fill(self, (en, nl): (&str, &str), gaps: &[&str]) -> String {
        let mut text = String::new();
        let mut gaps = gaps.iter();
        for (place, part) in self.pick(en, nl).split("{}").enumerate() {
            if place > 0 {
                text.push_str(gaps.next().copied().unwrap_or_default());
            }
            text.push_str(part);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_in_order() {
        let text = Lang::Nl.say(Label::WhatIfLine, &["Zonder korting", "€ 5", "3"]);
        assert_eq!(text, "Zonder korting: € 5 per saldo, 3 gezonde levensjaren");
    }

    #[test]
    fn both_languages_have_the_same_gaps() {
        use Label as L;
        let with_gaps = [
            L::Compared,
            L::ComparedBaseOnly,
            L::WhatItDoes,
            L::MoneyBasis,
            L::CareCosts,
            L::SavesOnBalance,
            L::CostsOnBalance,
            L::PricePerQaly,
            L::CheaperAndWorse,
            L::FundRunsDry,
            L::FundRunsDryBase,
            L::FundLastsBase,
            L::FundBalance,
            L::InvestorReturn,
            L::InvestorNoReturn,
            L::InvestorNoLoss,
            L::WhoPaysBasis,
            L::PaybackBasis,
            L::PaybackColumn,
            L::BestBuy,
            L::BestBuyBaseOnly,
            L::WorthKnowing,
            L::GateLine,
            L::GateStopsWhatWorks,
            L::GateMostlyLuck,
            L::NotDelivered,
            L::LuckLine,
            L::LuckPayment,
            L::MostlyLuck,
            L::MostlyLuckAtLeast,
            L::GoalLine,
            L::GoalWanted,
            L::GoalsByGroup,
            L::GoalsInHowMany,
            L::ByGroup,
            L::ByGroupBasis,
            L::ByGroupEnds,
            L::ByGroupAlso,
            L::FirstInPlaces,
            L::WhatIfLine,
            L::WhatIfSame,
            L::WhatIfSameForAll,
            L::DiscountedQalys,
            L::ChangeOf,
            L::MoreWarnings,
            L::TechnicalRemarks,
            L::Unsourced,
            L::Assumptions,
            L::WhereFiles,
            L::MustBeTrueDraws,
            L::MustBeTrueAtLeast,
            L::MustBeTrueAtMost,
            L::MustBeTrueAlways,
            L::MustBeTrueNever,
            L::MustBeTrueNearest,
            L::MustBeTrueSeveral,
            L::MustBeTrueNothing,
            L::MustBeTrueEnough,
            L::MustBeTrueNotEnough,
            L::MustBeTrueChance,
            L::MustBeTrueBelow,
            L::MustBeTrueAbove,
            L::MustBeTrueSingleDraws,
            L::NearlyNothing,
            L::MustBeTrueWorth,
            L::DoubtSpent,
            L::DoubtRatio,
            L::DoubtPassedOn,
            L::DoubtBeforeAfter,
            L::DoubtInStrategy,
            L::DoubtInArrangement,
            L::DoubtInVariant,
            L::DoubtInVariants,
            L::DoubtInVariantsFirst,
            L::AskedBy,
            L::Founded,
            L::FoundedInPart,
        ];
        for label in with_gaps {
            let (en, nl) = label.texts();
            assert_eq!(en.matches("{}").count(), nl.matches("{}").count(), "{label:?}");
            assert!(en.contains("{}"), "{label:?}");
        }
    }
}
