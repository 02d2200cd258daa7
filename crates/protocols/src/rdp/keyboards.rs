//! Keyboard layouts by the identifiers of locales (MS-LCID), with Zeek's names.

use std::borrow::Cow;

/// Sorted by number.
const LAYOUTS: &[(u32, &str)] = &[
    (1025, "Arabic - Saudi Arabia"),
    (1026, "Bulgarian"),
    (1027, "Catalan"),
    (1028, "Chinese - Taiwan"),
    (1029, "Czech"),
    (1030, "Danish"),
    (1031, "German - Germany"),
    (1032, "Greek"),
    (1033, "English - United States"),
    (1034, "Spanish - Spain (Traditional Sort)"),
    (1035, "Finnish"),
    (1036, "French - France"),
    (1037, "Hebrew"),
    (1038, "Hungarian"),
    (1039, "Icelandic"),
    (1040, "Italian - Italy"),
    (1041, "Japanese"),
    (1042, "Korean"),
    (1043, "Dutch - Netherlands"),
    (1044, "Norwegian (Bokmal)"),
    (1045, "Polish"),
    (1046, "Portuguese - Brazil"),
    (1047, "Rhaeto-Romanic"),
    (1048, "Romanian"),
    (1049, "Russian"),
    (1050, "Croatian"),
    (1051, "Slovak"),
    (1052, "Albanian - Albania"),
    (1053, "Swedish"),
    (1054, "Thai"),
    (1055, "Turkish"),
    (1056, "Urdu"),
    (1057, "Indonesian"),
    (1058, "Ukrainian"),
    (1059, "Belarusian"),
    (1060, "Slovenian"),
    (1061, "Estonian"),
    (1062, "Latvian"),
    (1063, "Lithuanian"),
    (1064, "Tajik"),
    (1065, "Farsi"),
    (1066, "Vietnamese"),
    (1067, "Armenian - Armenia"),
    (1068, "Azeri (Latin)"),
    (1069, "Basque"),
    (1071, "FYRO Macedonian"),
    (1078, "Afrikaans - South Africa"),
    (1079, "Georgian"),
    (1081, "Hindi"),
    (1086, "Malay - Malaysia"),
    (1087, "Kazakh"),
    (1089, "Swahili"),
    (1091, "Uzbek (Latin)"),
    (1093, "Bengali (India)"),
    (1106, "Welsh"),
    (2052, "Chinese - People's Republic of China"),
    (2055, "German - Switzerland"),
    (2057, "English - United Kingdom"),
    (2058, "Spanish - Mexico"),
    (2060, "French - Belgium"),
    (2064, "Italian - Switzerland"),
    (2067, "Dutch - Belgium"),
    (2070, "Portuguese - Portugal"),
    (2074, "Serbian (Latin)"),
    (2077, "Swedish - Finland"),
    (2108, "Irish"),
    (3076, "Chinese - Hong Kong SAR"),
    (3079, "German - Austria"),
    (3081, "English - Australia"),
    (3082, "Spanish - Spain (Modern Sort)"),
    (3084, "French - Canada"),
    (3098, "Serbian (Cyrillic)"),
    (4100, "Chinese - Singapore"),
    (4103, "German - Luxembourg"),
    (4105, "English - Canada"),
    (4108, "French - Switzerland"),
    (5129, "English - New Zealand"),
    (6153, "English - Ireland"),
    (7177, "English - South Africa"),
    (9226, "Spanish - Colombia"),
    (11274, "Spanish - Argentina"),
    (13322, "Spanish - Chile"),
    (16393, "English - India"),
    (66569, "English - United States (Dvorak)"),
    (132105, "English - United States (International)"),
];

fn name(layout: u32) -> Option<&'static str> {
    let place = LAYOUTS.binary_search_by_key(&layout, |(number, _)| *number).ok()?;
    LAYOUTS.get(place).map(|(_, name)| *name)
}

/// The name of a layout. Variants of a layout have its number in their lower half.
pub(super) fn layout(number: u32) -> Cow<'static, str> {
    match (name(number), name(number & 0xffff)) {
        (Some(name), _) => name.into(),
        (None, Some(name)) => format!("{name} (Best Guess for {number})").into(),
        (None, None) => format!("keyboard-{number}").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_are_sorted_and_found() {
        assert!(LAYOUTS.is_sorted_by_key(|(number, _)| *number));
        assert_eq!(layout(1033), "English - United States");
        assert_eq!(layout(0x0001_0407), "German - Germany (Best Guess for 66567)");
        assert_eq!(layout(7), "keyboard-7");
    }
}
