//! Invented people and their certificates, for the print examples and tests.

use nansen::print::{Cell, Certificate, Direction, FieldLine, NameLine, Picture, Table, Words};
use nansen::symbol::{EcLevel, Matrix};

/// A symbol of a version, filled with text.
pub fn symbol(version: u8, text: &str) -> Matrix {
    let version_wanted = qrcode::Version::Normal(i16::from(version));
    let code = qrcode::QrCode::with_version(text.as_bytes(), version_wanted, qrcode::EcLevel::M).expect("fits");
    let dark = code.to_colors().into_iter().map(|colour| colour == qrcode::Color::Dark).collect();
    Matrix::new(code.width(), dark, version, EcLevel::M)
}

/// A symbol of version 20, made once.
fn large_symbol() -> Matrix {
    static SYMBOL: std::sync::OnceLock<Matrix> = std::sync::OnceLock::new();
    SYMBOL.get_or_init(|| symbol(20, &format!("NP1:{}", "6BF+70790T9WJWG.FKY*4GO0".repeat(26)))).clone()
}

/// A drawn face, different for each seed.
pub fn photo(seed: u32) -> Picture {
    let (width, height) = (148u32, 188u32);
    let mut rgb = Vec::with_capacity((width * height * 3) as usize);
    let within = |x: u32, y: u32, cx: f32, cy: f32, rx: f32, ry: f32| {
        ((x as f32 - cx) / rx).powi(2) + ((y as f32 - cy) / ry).powi(2) < 1.0
    };
    for y in 0..height {
        for x in 0..width {
            let shade = (y / 8) as u8;
            let tone = 110 + seed * 7 % 120;
            let skin = [tone as u8, (tone * 3 / 4) as u8, (tone * 3 / 5) as u8];
            let pixel = if within(x, y, 60.0, 85.0, 4.0, 3.0) || within(x, y, 88.0, 85.0, 4.0, 3.0) {
                [20, 20, 25]
            } else if within(x, y, 74.0, 90.0, 36.0, 46.0) {
                skin
            } else if within(x, y, 74.0, 70.0, 44.0, 50.0) {
                [40, 30, 30]
            } else if within(x, y, 74.0, 190.0, 70.0, 58.0) {
                [70, 90, 120 + (seed % 40) as u8]
            } else {
                [215 - shade, 222 - shade, 230 - shade]
            };
            rgb.extend(pixel);
        }
    }
    Picture::new(width, height, rgb).expect("as many pixels as stated")
}

pub fn words(local: &str, english: &str) -> Words {
    if local.is_empty() { Words::one(english) } else { Words::new(local, Some(english.to_owned())) }
}

pub fn field(name: &str, local: &str, english: &str, value: &str, direction: Direction) -> FieldLine {
    FieldLine {
        label: words(local, english),
        value: value.to_owned(),
        direction,
        name: name.to_owned(),
        ..FieldLine::default()
    }
}

fn name(text: &str, language: &str) -> NameLine {
    NameLine { text: text.to_owned(), language: (!language.is_empty()).then(|| language.to_owned()), column: None }
}

struct Person {
    file: &'static str,
    language: &'static str,
    title: &'static str,
    own: &'static str,
    own_language: &'static str,
    latin: &'static str,
    labels: [&'static str; 12],
    place: &'static str,
}

const ENGLISH: [&str; 12] = [
    "Individual number",
    "Date of birth",
    "Sex",
    "Nationality",
    "Country of origin",
    "Place of birth",
    "Arrival date",
    "Legal status",
    "Household",
    "Address",
    "Registered at",
    "Family name",
];

const PEOPLE: [Person; 12] = [
    Person {
        file: "en",
        language: "en",
        title: "",
        own: "Wilhelmina Alexandra",
        own_language: "",
        latin: "Okonkwo-Abernathy",
        labels: [""; 12],
        place: "Baidoa",
    },
    Person {
        file: "fr",
        language: "fr",
        title: "Attestation d’enregistrement",
        own: "Noëlla Mukwege Bahati",
        own_language: "fr",
        latin: "",
        labels: [
            "Numéro individuel",
            "Date de naissance",
            "Sexe",
            "Nationalité",
            "Pays d’origine",
            "Lieu de naissance",
            "Date d’arrivée",
            "Statut juridique",
            "Ménage",
            "Adresse",
            "Enregistrée à",
            "Nom de famille",
        ],
        place: "Goma",
    },
    Person {
        file: "ar",
        language: "ar",
        title: "شهادة تسجيل",
        own: "عبد الرحمن محمد الأحمد",
        own_language: "ar",
        latin: "Abdulrahman Mohammad Al-Ahmad",
        labels: [
            "رقم الفرد",
            "تاريخ الميلاد",
            "الجنس",
            "الجنسية",
            "بلد المنشأ",
            "مكان الميلاد",
            "تاريخ الوصول",
            "الوضع القانوني",
            "الأسرة",
            "العنوان",
            "مكان التسجيل",
            "اسم العائلة",
        ],
        place: "حلب",
    },
    Person {
        file: "fa",
        language: "fa",
        title: "گواهی ثبت نام",
        own: "نجیب‌الله حسینی",
        own_language: "fa",
        latin: "Najibullah Hosseini",
        labels: [
            "شماره فرد",
            "تاریخ تولد",
            "جنس",
            "ملیت",
            "کشور مبدأ",
            "محل تولد",
            "تاریخ ورود",
            "وضعیت حقوقی",
            "خانوار",
            "نشانی",
            "محل ثبت",
            "نام خانوادگی",
        ],
        place: "هرات",
    },
    Person {
        file: "ur",
        language: "ur",
        title: "اندراج کا سرٹیفکیٹ",
        own: "محمد ایوب قریشی",
        own_language: "ur",
        latin: "Muhammad Ayub Qureshi",
        labels: [
            "فرد نمبر",
            "تاریخ پیدائش",
            "جنس",
            "قومیت",
            "اصل ملک",
            "جائے پیدائش",
            "آمد کی تاریخ",
            "قانونی حیثیت",
            "گھرانہ",
            "پتہ",
            "اندراج",
            "خاندانی نام",
        ],
        place: "پشاور",
    },
    Person {
        file: "my",
        language: "my",
        title: "မှတ်ပုံတင်လက်မှတ်",
        own: "ကိုကိုအောင် မောင်မောင်သန်း",
        own_language: "my",
        latin: "Ko Ko Aung Maung Maung Than",
        labels: [
            "နံပါတ်",
            "မွေးသက္ကရာဇ်",
            "ကျား/မ",
            "နိုင်ငံသား",
            "မူရင်းနိုင်ငံ",
            "မွေးရပ်",
            "ရောက်ရှိသည့်နေ့",
            "အခြေအနေ",
            "အိမ်ထောင်စု",
            "လိပ်စာ",
            "မှတ်ပုံတင်ရာ",
            "မိသားစုအမည်",
        ],
        place: "ဘူးသီးတောင်",
    },
    Person {
        file: "am",
        language: "am",
        title: "የምዝገባ የምስክር ወረቀት",
        own: "ሂሩት በቀለ ተስፋዬ",
        own_language: "am",
        latin: "Hirut Bekele Tesfaye",
        labels: [
            "የግለሰብ ቁጥር",
            "የትውልድ ቀን",
            "ጾታ",
            "ዜግነት",
            "የመጡበት አገር",
            "የትውልድ ቦታ",
            "የመድረሻ ቀን",
            "ሕጋዊ ሁኔታ",
            "ቤተሰብ",
            "አድራሻ",
            "የተመዘገበበት",
            "የቤተሰብ ስም",
        ],
        place: "ጅጅጋ",
    },
    Person {
        file: "ti",
        language: "ti",
        title: "ናይ ምዝገባ ምስክር ወረቐት",
        own: "ኣብርሃም ገብረሂወት",
        own_language: "ti",
        latin: "Abraham Gebrehiwot",
        labels: [
            "ቁጽሪ",
            "ዕለት ልደት",
            "ጾታ",
            "ዜግነት",
            "ሃገር",
            "ቦታ ልደት",
            "ዕለት ምምጻእ",
            "ሕጋዊ ኩነታት",
            "ስድራቤት",
            "ኣድራሻ",
            "ዝተመዝገበሉ",
            "ስም ስድራ",
        ],
        place: "ኣስመራ",
    },
    Person {
        file: "ta",
        language: "ta",
        title: "பதிவுச் சான்றிதழ்",
        own: "சிவகுமார் நடராஜா",
        own_language: "ta",
        latin: "Sivakumar Nadarajah",
        labels: [
            "தனிநபர் எண்",
            "பிறந்த தேதி",
            "பாலினம்",
            "குடியுரிமை",
            "பிறந்த நாடு",
            "பிறந்த இடம்",
            "வருகை தேதி",
            "சட்ட நிலை",
            "குடும்பம்",
            "முகவரி",
            "பதிவு இடம்",
            "குடும்பப் பெயர்",
        ],
        place: "யாழ்ப்பாணம்",
    },
    Person {
        file: "bn",
        language: "bn",
        title: "নিবন্ধন সনদ",
        own: "মোহাম্মদ আইয়ুব উল্লাহ",
        own_language: "rhg",
        latin: "Mohammad Ayub Ullah",
        labels: [
            "ব্যক্তি নম্বর",
            "জন্ম তারিখ",
            "লিঙ্গ",
            "জাতীয়তা",
            "মূল দেশ",
            "জন্মস্থান",
            "আগমনের তারিখ",
            "আইনি অবস্থা",
            "পরিবার",
            "ঠিকানা",
            "নিবন্ধনের স্থান",
            "পারিবারিক নাম",
        ],
        place: "কক্সবাজার",
    },
    Person {
        file: "uk",
        language: "uk",
        title: "Довідка про реєстрацію",
        own: "Олександра Ґалаґан-Шевченко",
        own_language: "uk",
        latin: "Oleksandra Galagan-Shevchenko",
        labels: [
            "Особистий номер",
            "Дата народження",
            "Стать",
            "Громадянство",
            "Країна походження",
            "Місце народження",
            "Дата прибуття",
            "Правовий статус",
            "Домогосподарство",
            "Адреса",
            "Зареєстровано",
            "Прізвище",
        ],
        place: "Маріуполь",
    },
    Person {
        file: "rohg",
        language: "en",
        title: "",
        own: "𐴀𐴝𐴏𐴞𐴕 𐴈𐴝𐴃𐴎𐴝",
        own_language: "rhg-Rohg",
        latin: "Abul Kalam Khatun",
        labels: [""; 12],
        place: "Buthidaung",
    },
];

fn registration(person: &Person, number: u32) -> Certificate {
    let values: [(&str, Direction); 12] = [
        ("KEN-82C00001", Direction::LeftToRight),
        ("1953-04-21", Direction::LeftToRight),
        ("F", Direction::Auto),
        ("AFG", Direction::LeftToRight),
        ("AFG", Direction::LeftToRight),
        (person.place, Direction::Auto),
        ("2026-01-08", Direction::LeftToRight),
        ("asylum-seeker", Direction::Auto),
        ("HH-00000", Direction::LeftToRight),
        ("Block 9-B, shelter 297", Direction::Auto),
        ("Kakuma 3", Direction::Auto),
        ("Hosseini", Direction::Auto),
    ];
    let columns = [
        "individual_id",
        "date_of_birth",
        "sex",
        "nationality",
        "country_of_origin",
        "place_of_birth",
        "arrival_date",
        "legal_status",
        "household",
        "address",
        "registered_at",
        "family_name",
    ];
    let fields = (0..12).map(|i| field(columns[i], person.labels[i], ENGLISH[i], values[i].0, values[i].1)).collect();
    let mut names = vec![name(person.own, person.own_language)];
    if !person.latin.is_empty() {
        names.push(name(person.latin, ""));
    }
    Certificate {
        language: person.language.to_owned(),
        second_language: None,
        title: words(person.title, "Certificate of registration"),
        names,
        fields,
        table: None,
        photo: (number % 3 != 2).then(|| photo(number * 17)),
        symbols: vec![large_symbol()],
        issuer: "Department of Refugee Services".to_owned(),
        issuer_country: Some("Republic of Kenya".to_owned()),
        serial: "K7QX-2M9D".to_owned(),
        issued: "2026-11-21".to_owned(),
        valid_until: Some("2028-11-20".to_owned()),
        copy: None,
        supersedes: None,
        attachments: Vec::new(),
    }
}

/// Registration certificates, one for each language, with the name of a file for each.
pub fn registrations() -> Vec<(String, Certificate)> {
    (0u32..).zip(&PEOPLE).map(|(number, person)| (person.file.to_owned(), registration(person, number))).collect()
}

/// Names of sixty letters and more in three scripts.
pub fn long_names() -> Certificate {
    let mut certificate = registration(&PEOPLE[2], 4);
    certificate.names = vec![
        name("عبد الرحمن محمد مصطفى عبد العزيز الحسيني القحطاني بن عبد اللطيف الأنصاري", "ar"),
        name("Wolfeschlegelsteinhausenbergerdorff Abdulrahman Mohammad-Mustafa Abdulaziz Al-Husseini", ""),
        name("Олександра-Вікторія Костянтинівна Переверзєва-Григоренко", "uk"),
    ];
    certificate.fields[9].value =
        String::from("Block 9-B, shelter 297, behind the second water point, Kakuma 3 extension, Turkana County");
    certificate.copy = Some(2);
    certificate.supersedes = Some("A1B2-C3D4".to_owned());
    certificate
}

/// A household of `members`.
pub fn household(members: usize, language: &str) -> Certificate {
    let person = if language == "ar" { &PEOPLE[2] } else { &PEOPLE[0] };
    let mut certificate = registration(person, 1);
    let local = |arabic: &'static str| if language == "ar" { arabic } else { "" };
    certificate.title = words(local("شهادة أسرة"), "Certificate of household");
    certificate.names = vec![name("HH-00000", "")];
    certificate.photo = None;
    certificate.fields.truncate(3);
    let heads = [
        ("رقم الفرد", "Number"),
        ("الاسم", "Name"),
        ("الاسم بلغته", "Name in own script"),
        ("تاريخ الميلاد", "Date of birth"),
        ("الجنس", "Sex"),
        ("القرابة", "Relationship"),
    ];
    let rows = (0..members)
        .map(|place| {
            let person = &PEOPLE[place % PEOPLE.len()];
            let cell = |text: &str, direction| Cell { text: text.to_owned(), direction, language: None };
            let own = Some(person.own_language.to_owned());
            vec![
                cell(&format!("KEN-19C0000{place}"), Direction::LeftToRight),
                cell(if person.latin.is_empty() { person.own } else { person.latin }, Direction::Auto),
                Cell { language: own, ..cell(person.own, Direction::Auto) },
                cell(["2006-02-12", "1953-04-21", "1987~", "2019-11"][place % 4], Direction::LeftToRight),
                cell(["F", "M"][place % 2], Direction::Auto),
                cell(["head of household", "spouse", "child", "grandparent"][place % 4], Direction::Auto),
            ]
        })
        .collect();
    let head = heads.into_iter().map(|(arabic, english)| words(local(arabic), english)).collect();
    certificate.table = Some(Table { head, rows });
    certificate
}
