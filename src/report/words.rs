//! Numbers and fixed words in the languages of the results.

use crate::scenario::checked::Localised;

/// Language of what people read; identifiers and column names are always English.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Dutch.
    Nl,
}

impl Lang {
    /// One of two texts.
    pub fn pick<'a>(self, en: &'a str, nl: &'a str) -> &'a str {
        match self {
            Self::En => en,
            Self::Nl => nl,
        }
    }

    /// A text of the scenario; the other language where this one is missing.
    pub fn of(self, text: &Localised) -> &str {
        match self {
            Self::En if text.en.is_empty() => &text.nl,
            Self::Nl if text.nl.is_empty() => &text.en,
            Self::En => &text.en,
            Self::Nl => &text.nl,
        }
    }

    /// What people are told apart by, in words: the usual ones in this language, others as the file calls them.
    pub fn of_trait(self, id: &str) -> String {
        let words = match id {
            "age_group" => ("age group", "leeftijdsgroep"),
            "country" => ("country", "land"),
            "district" => ("district", "wijk"),
            "education" => ("education", "opleiding"),
            "income" => ("income", "inkomen"),
            "municipality" => ("municipality", "gemeente"),
            "neighbourhood" => ("neighbourhood", "buurt"),
            "place" => ("place", "plaats"),
            "province" => ("province", "provincie"),
            "region" => ("region", "regio"),
            "ses" => ("socio-economic position", "sociaaleconomische positie"),
            "sex" => ("sex", "geslacht"),
            "town" => ("town", "plaats"),
            _ => return id.replace('_', " "),
        };
        self.pick(words.0, words.1).to_owned()
    }

    /// Names in a row: a, b and c.
    pub fn list(self, names: &[String]) -> String {
        match names.split_last() {
            Some((last, before)) if !before.is_empty() => {
                format!("{} {} {last}", before.join(", "), self.pick("and", "en"))
            }
            _ => names.concat(),
        }
    }

    /// The first of some names in a row, and how many more there are: a, b and 4 more.
    pub fn first_of(self, names: &[String], most: usize) -> String {
        // One name takes no more room than that there is one more.
        if names.len() <= most + 1 {
            return self.list(names);
        }
        let more = format!("{} {}", names.len() - most, self.pick("more", "andere"));
        self.list(&[&names[..most], &[more]].concat())
    }

    fn decimal(self) -> char {
        match self {
            Self::En => '.',
            Self::Nl => ',',
        }
    }

    fn thousands(self) -> char {
        match self {
            Self::En => ',',
            Self::Nl => '.',
        }
    }

    /// A number with so many decimals, thousands grouped, and a minus sign (not a hyphen) when it is negative.
    pub fn number(self, value: f64, decimals: usize) -> String {
        if !value.is_finite() {
            return "–".into();
        }
        let plain = format!("{:.decimals$}", value.abs());
        let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
        let mut text = String::with_capacity(plain.len() + 8);
        if value < 0.0 && plain.bytes().any(|digit| matches!(digit, b'1'..=b'9')) {
            text.push('−');
        }
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                text.push(self.thousands());
            }
            text.push(digit);
        }
        if !fraction.is_empty() {
            text.push(self.decimal());
            text.push_str(fraction);
        }
        text
    }

    /// A number to three significant digits, at most two decimals: more would claim to know more than a model
    /// can.
    pub fn rounded(self, value: f64) -> String {
        let value = significant(value, 3);
        let size = value.abs();
        let decimals = if size >= 99.95 || value == value.trunc() {
            0
        } else if size >= 9.995 {
            1
        } else {
            2
        };
        self.number(value, decimals)
    }

    /// Euros, to three significant digits and never in cents.
    pub fn money(self, value: f64) -> String {
        let euros = self.number(significant(value, 3), 0);
        let (sign, digits) = match euros.strip_prefix('−') {
            Some(digits) => ("−", digits),
            None => ("", euros.as_str()),
        };
        match self {
            Self::En => format!("{sign}€{digits}"),
            Self::Nl => format!("{sign}€ {digits}"),
        }
    }

    /// A share as a percentage: whole, with one decimal below 10%, and never rounded to a certainty it is not.
    pub fn percent(self, share: f64) -> String {
        let percent = 100.0 * share;
        if percent > 99.5 && percent < 100.0 {
            return format!(">{}%", self.number(99.0, 0));
        }
        if percent != 0.0 && percent.abs() < 0.05 {
            let limit = self.number(0.1_f64.copysign(percent), 1);
            return format!("{}{limit}%", if percent > 0.0 { '<' } else { '>' });
        }
        let decimals = usize::from(percent.abs() < 9.95 && percent != percent.round());
        format!("{}%", self.number(percent, decimals))
    }

    /// A relative change with its sign; what rounds to nothing is said to be about nothing.
    pub fn change(self, share: f64) -> String {
        if share != 0.0 && share.abs() < 0.0005 {
            self.pick("about 0%", "ongeveer 0%").to_owned()
        } else {
            signed(&self.percent(share))
        }
    }

    /// A chance counted in so many draws. What happened in none of n draws may still happen: its chance is
    /// below 3/n with 95% confidence (the rule of three, as (1 − 3/n)^n ≈ e^−3 ≈ 0.05), here rounded up to a
    /// whole per cent; likewise for what happened in every draw.
    pub fn chance(self, share: f64, draws: usize) -> String {
        let bound = 300_usize.div_ceil(draws.max(1)).min(100);
        if share <= 0.0 {
            format!("<{bound}%")
        } else if share >= 1.0 {
            format!(">{}%", 100 - bound)
        } else {
            self.percent(share)
        }
    }
}

/// With a plus when it is more.
pub fn signed(number: &str) -> String {
    let some = number.bytes().any(|digit| matches!(digit, b'1'..=b'9'));
    if number.starts_with('−') || !some { number.to_owned() } else { format!("+{number}") }
}

/// Rounds to so many significant digits, halves away from zero.
pub fn significant(value: f64, digits: i32) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    // Through decimal text, so that 0.1 + 0.2 does not come out as a number with 17 digits again.
    let places = usize::try_from(digits - 1).unwrap_or(0);
    format!("{value:.places$e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_written_as_each_country_writes_it_and_rounded_to_what_is_known() {
        assert_eq!(Lang::En.money(1_234_567.0), "€1,230,000");
        assert_eq!(Lang::Nl.money(1_234_567.0), "€ 1.230.000");
        assert_eq!(Lang::En.money(-87_654.3), "−€87,700");
        assert_eq!(Lang::Nl.money(-87_654.3), "−€ 87.700");
        assert_eq!(Lang::En.money(12.4), "€12");
        assert_eq!(Lang::En.money(-0.3), "€0", "no minus before nothing");
        assert_eq!(Lang::En.money(999_999.0), "€1,000,000");
    }

    #[test]
    fn numbers_keep_three_significant_digits_and_at_most_two_decimals() {
        assert_eq!(Lang::En.rounded(12_345.0), "12,300");
        assert_eq!(Lang::En.rounded(123.45), "123");
        assert_eq!(Lang::En.rounded(12.345), "12.3");
        assert_eq!(Lang::Nl.rounded(1.2345), "1,23");
        assert_eq!(Lang::Nl.rounded(0.012_345), "0,01");
        assert_eq!(Lang::En.rounded(-3.0), "−3");
        assert_eq!(Lang::En.rounded(9.999), "10");
        assert_eq!(Lang::En.rounded(0.0), "0");
    }

    #[test]
    fn a_chance_is_never_rounded_to_a_certainty() {
        assert_eq!(Lang::En.percent(1.0), "100%");
        assert_eq!(Lang::En.percent(0.9996), ">99%");
        assert_eq!(Lang::Nl.percent(0.0001), "<0,1%");
        assert_eq!(Lang::En.percent(-0.0001), ">−0.1%");
        assert_eq!(Lang::En.percent(0.0), "0%");
        assert_eq!(Lang::Nl.percent(0.0234), "2,3%");
        assert_eq!(Lang::En.percent(0.8349), "83%");
        assert_eq!(Lang::En.percent(-0.021), "−2.1%");
    }

    #[test]
    fn a_chance_seen_in_no_draw_or_in_every_draw_is_bounded_by_three_over_their_number() {
        assert_eq!(Lang::En.chance(0.0, 1000), "<1%", "3/1000, to the whole per cent above");
        assert_eq!(Lang::En.chance(1.0, 300), ">99%");
        assert_eq!(Lang::En.chance(0.0, 64), "<5%", "3/64 = 4.7%");
        assert_eq!(Lang::En.chance(1.0, 64), ">95%");
        assert_eq!(Lang::En.chance(1.0, 2), ">0%", "two draws tell next to nothing");
        assert_eq!(Lang::Nl.chance(0.0156, 64), "1,6%");
    }

    #[test]
    fn a_change_has_a_sign_unless_it_is_about_nothing() {
        assert_eq!(Lang::En.change(0.000_013), "about 0%");
        assert_eq!(Lang::Nl.change(-0.000_013), "ongeveer 0%");
        assert_eq!(Lang::En.change(0.0), "0%");
        assert_eq!(Lang::En.change(0.021), "+2.1%");
        assert_eq!(Lang::En.change(-0.021), "−2.1%");
    }

    #[test]
    fn a_missing_translation_falls_back_to_the_other_language() {
        let english = Localised { en: "Falls".into(), nl: String::new() };
        assert_eq!((Lang::En.of(&english), Lang::Nl.of(&english)), ("Falls", "Falls"));
    }

    #[test]
    fn no_number_at_all_is_a_dash() {
        assert_eq!(Lang::En.rounded(f64::NAN), "–");
    }
}
