//! What is said about a negotiation, in English and Dutch side by side; gaps `{}` are filled in order.

type Text = (&'static str, &'static str);

pub(super) const ABOUT: Text = (
    "{} is negotiated by {}. {} combinations of terms were tried, each settled in {} draws (a draw is one way in which it may \
     go: one value of each uncertain number). Amounts are present values over the whole term, at {} a year, in euros of {}.",
    "Over {} onderhandelen {}. Er zijn {} combinaties van voorwaarden geprobeerd, elk afgerekend in {} trekkingen (een \
     trekking is een manier waarop het kan lopen: een waarde van elk onzeker getal). Bedragen zijn contante waarden over de \
     hele looptijd, tegen {} per jaar, in euro's van {}.",
);
pub(super) const FALLBACK: Text = (
    "Without a deal: {}. What a party gains or loses is compared with that.",
    "Zonder akkoord: {}. Wat een partij wint of verliest, is daarmee vergeleken.",
);
pub(super) const NO_PROGRAMME: Text = ("no programme", "geen programma");
pub(super) const LEFT_OUT: Text = (
    "{} combinations are no contract, as parties would together pay more than all costs; they are left out.",
    "{} combinaties zijn geen contract, omdat partijen dan samen meer dan alle kosten zouden betalen; die tellen niet mee.",
);
pub(super) const ASKED: Text = ("What each party asks", "Wat elke partij vraagt");
pub(super) const ASKS_NET: Text =
    ("an expected result of at least {}", "een verwacht resultaat van minstens {}");
pub(super) const ASKS_GAIN: Text =
    ("at least {} more than without a deal", "minstens {} meer dan zonder akkoord");
pub(super) const ASKS_NO_WORSE: Text =
    ("not to be worse off than without a deal", "niet slechter af zijn dan zonder akkoord");
pub(super) const ASKS_WORSE: Text =
    ("to be at most {} worse off than without a deal", "hoogstens {} slechter af zijn dan zonder akkoord");
pub(super) const ASKS_CHANCE: Text =
    ("a chance of at least {} not to lose", "een kans van minstens {} om niet te verliezen");
pub(super) const ASKS_WORST: Text = (
    "a mean of at least {} in the worst twentieth of draws",
    "gemiddeld minstens {} in het slechtste twintigste deel van de trekkingen",
);
pub(super) const ASKS_PAYBACK: Text = ("its money back within {} years", "het geld terug binnen {} jaar");
pub(super) const ASKS_BUDGET: Text = ("to pay at most {} in any year", "in geen jaar meer dan {} betalen");
pub(super) const VERDICT: Text = ("Is there a deal?", "Is er een akkoord mogelijk?");
pub(super) const YES: Text = (
    "Yes: {} of {} combinations give every party what it asks.",
    "Ja: {} van de {} combinaties geven elke partij wat zij vraagt.",
);
pub(super) const NO: Text = (
    "No: none of the {} combinations gives every party what it asks.",
    "Nee: geen van de {} combinaties geeft elke partij wat zij vraagt.",
);
pub(super) const MAX_MIN: Text = (
    "The deal that is best for whoever gains least",
    "Het akkoord dat het beste is voor wie er het minst op vooruitgaat",
);
pub(super) const NASH: Text = (
    "The deal with the largest product of gains (Nash)",
    "Het akkoord met het grootste product van winsten (Nash)",
);
pub(super) const SAME_NASH: Text = (
    "It is also the deal with the largest product of gains (Nash).",
    "Het is ook het akkoord met het grootste product van winsten (Nash).",
);
pub(super) const NO_NASH: Text = (
    "In no deal does everybody gain something compared with no deal, so there is no Nash solution.",
    "Er is geen akkoord waarbij iedereen er iets op vooruitgaat vergeleken met geen akkoord, dus ook geen Nash-oplossing.",
);
pub(super) const NEAREST: Text = ("What comes nearest", "Wat er het dichtst bij komt");
pub(super) const UNDER: Text = ("Under \"{}\":", "Onder \"{}\":");
pub(super) const GETS: Text = (
    "gains {}; no loss in {} of draws; pays at most {} a year",
    "gaat er {} op vooruit; geen verlies in {} van de trekkingen; betaalt hoogstens {} per jaar",
);
pub(super) const LOSES: Text = (
    "loses {}; no loss in {} of draws; pays at most {} a year",
    "gaat er {} op achteruit; geen verlies in {} van de trekkingen; betaalt hoogstens {} per jaar",
);
pub(super) const LACKS: Text = ("lacks {}", "komt {} tekort");
pub(super) const CHANCE: Text = (
    "In {} of draws every party really gets what it asks.",
    "In {} van de trekkingen krijgt elke partij ook echt wat zij vraagt.",
);
pub(super) const BLOCKS: Text =
    ("{} blocks the deal: it lacks {} there.", "{} houdt het akkoord tegen: die komt daar {} tekort.");
pub(super) const BLOCKS_MOST: Text = (
    "{} stands most in the way of a deal: it lacks {} there.",
    "{} staat een akkoord het meest in de weg: die komt daar {} tekort.",
);
pub(super) const ALMOST_AS_MUCH: Text =
    ("Almost as much is lacking for {}.", "Bijna evenveel komt tekort voor {}.");
pub(super) const OPENS: Text = ("What would open it", "Wat een akkoord mogelijk zou maken");
pub(super) const GRANT: Text =
    ("A grant of {} from outside ({}), with {}.", "Een bijdrage van buiten van {} ({}), met {}.");
pub(super) const GRANT_TO: Text = ("{} to {}", "{} voor {}");
pub(super) const ENOUGH: Text = (
    "Expected savings of {} are {} in all, and the programme costs {}: enough to pay for it, so that a deal outside these \
     terms is possible if each accepts a small enough gain.",
    "De verwachte besparing van {} is samen {}, en het programma kost {}: genoeg om het te betalen, zodat buiten deze \
     voorwaarden om een akkoord mogelijk is als elk met een klein genoege winst instemt.",
);
pub(super) const NOT_ENOUGH: Text = (
    "Expected savings of {} are {} in all, and the programme costs {}. Of the costs {} is not earned back by them: somebody \
     must accept to bear that, one of them, another party, or whoever gives a grant.",
    "De verwachte besparing van {} is samen {}, en het programma kost {}. Van de kosten wordt {} niet door hen \
     terugverdiend: iemand moet dat voor zijn rekening willen nemen, een van hen, een andere partij, of wie een bijdrage \
     geeft.",
);
pub(super) const NEEDED: Text = ("{}, without whom nothing happens,", "{}, zonder wie niets gebeurt,");
pub(super) const STAYS_AWAY: Text = (
    "At {} combinations {} may expect too little to deliver the programme: nothing happens there, so they are no deal.",
    "Bij {} combinaties mag {} te weinig verwachten om het programma uit te voeren: daar gebeurt niets, dus dat is geen \
     akkoord.",
);
pub(super) const TERM: Text = (
    "A wider range of “{}”: to {} instead of {}, with {}.",
    "Ruimere grenzen voor “{}”: tot {} in plaats van {}, met {}.",
);
pub(super) const CONDITION: Text =
    ("{} asks less: {}, instead of {}; with {}.", "{} vraagt minder: {}, in plaats van {}; met {}.");
pub(super) const NO_CONDITION: Text = (
    "No party could open it alone by asking less: at every combination at least two lack something.",
    "Geen partij kan een akkoord in haar eentje mogelijk maken door minder te vragen: bij elke combinatie komen er minstens \
     twee tekort.",
);
pub(super) const ASKS_NEVER: Text =
    ("no date for its money back", "geen termijn voor het terugkrijgen van het geld");
pub(super) const AS_STATED: Text = ("the terms as they are", "de voorwaarden zoals ze zijn");
pub(super) const OTHERS: Text = (
    "Not at the table, but worse off than without the programme: {}.",
    "Niet aan tafel, maar slechter af dan zonder het programma: {}.",
);
pub(super) const OTHER_LOSES: Text = ("{} by {}", "{} met {}");
pub(super) const AT_A_LOSS: Text = (
    "At an expected loss compared with no deal, since what it asks allows it, signs: {}.",
    "Met een verwacht verlies vergeleken met geen akkoord, omdat de eigen voorwaarde dat toestaat, tekent: {}.",
);
pub(super) const SIDE_MORE: Text = (
    "Together they receive {} more than they pay: parties that are not at the table would have to pay it.",
    "Samen ontvangen zij {} meer dan zij betalen: dat zou van partijen moeten komen die niet aan tafel zitten.",
);
pub(super) const SIDE_LESS: Text = (
    "Together they pay {} more than they receive: it would go to parties that are not at the table.",
    "Samen betalen zij {} meer dan zij ontvangen: dat zou naar partijen gaan die niet aan tafel zitten.",
);
pub(super) const BEWARE: Text = ("Good to know", "Goed om te weten");
pub(super) const NO_TERM: Text = (
    "No single term was found whose range could be widened to make a deal possible.",
    "Er is geen enkele voorwaarde gevonden waarvan ruimere grenzen een akkoord mogelijk maken.",
);
pub(super) const SHAPLEY: Text = ("A fair division (Shapley)", "Een eerlijke verdeling (Shapley)");
pub(super) const SHAPLEY_ABOUT: Text = (
    "Each party would get what it adds to every coalition that it could join. Savings are expected to be {}, costs {}, so \
     that {} can be divided.",
    "Elke partij zou krijgen wat zij toevoegt aan elke coalitie waar zij bij kan. De verwachte besparing is {}, de kosten \
     zijn {}, dus er is {} te verdelen.",
);
pub(super) const SHAPLEY_NOTHING: Text = (
    "Savings are expected to be {}, costs {}: there is nothing to divide.",
    "De verwachte besparing is {}, de kosten zijn {}: er valt niets te verdelen.",
);
pub(super) const SIDE_RECEIVES: Text =
    ("receives {} beside the terms above", "ontvangt {} naast de voorwaarden hierboven");
pub(super) const SIDE_PAYS: Text =
    ("pays {} beside the terms above", "betaalt {} naast de voorwaarden hierboven");
pub(super) const SIDE_NOTHING: Text = ("as by the terms above", "zoals bij de voorwaarden hierboven");
pub(super) const UNSTABLE: Text = (
    "Not stable: {} would be better off by {} without the others.",
    "Niet stabiel: {} zou zonder de anderen {} beter af zijn.",
);
pub(super) const SHAPLEY_NEAREST: Text = (
    "The combination of terms that comes nearest to it is {}.",
    "De combinatie van voorwaarden die er het dichtst bij komt, is {}.",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_the_same_gaps() {
        let all = [
            ABOUT,
            FALLBACK,
            LEFT_OUT,
            ASKS_NET,
            ASKS_GAIN,
            ASKS_WORSE,
            ASKS_CHANCE,
            ASKS_WORST,
            ASKS_PAYBACK,
            ASKS_BUDGET,
            YES,
            NO,
            UNDER,
            GETS,
            LACKS,
            CHANCE,
            BLOCKS,
            BLOCKS_MOST,
            ALMOST_AS_MUCH,
            GRANT,
            GRANT_TO,
            NOT_ENOUGH,
            ENOUGH,
            NEEDED,
            CONDITION,
            OTHERS,
            OTHER_LOSES,
            AT_A_LOSS,
            SIDE_MORE,
            SIDE_LESS,
            LOSES,
            STAYS_AWAY,
            TERM,
            SHAPLEY_ABOUT,
            SHAPLEY_NOTHING,
            SIDE_RECEIVES,
            SIDE_PAYS,
            UNSTABLE,
            SHAPLEY_NEAREST,
        ];
        for (en, nl) in all {
            assert_eq!(en.matches("{}").count(), nl.matches("{}").count(), "{en}");
            assert!(en.contains("{}"), "{en}");
        }
    }
}
