//! Invented people of every script that papers are printed in, and their certificates as the desk would make them.

use nansen::credential::record::{Record, Value};
use nansen::credential::{Credential, CredentialType, Serial};
use nansen::issue::paper::{self, IssuerName};
use nansen::print::Certificate;

use super::people;

/// A holder whose name and texts are in one script.
pub struct Sample {
    /// Name of the script, as a file can have it.
    pub script: &'static str,
    /// Language of the document.
    pub language: &'static str,
    /// Language of the holder's own name.
    pub own_language: &'static str,
    pub own: &'static str,
    pub latin: (&'static str, &'static str),
    pub country: &'static str,
    pub place: &'static str,
    /// Long enough to wrap.
    pub sentence: &'static str,
    /// A name of sixty letters and more.
    pub long: &'static str,
    /// What is hard to set or to copy in this script.
    pub hard: &'static [&'static str],
}

#[rustfmt::skip]
pub const SAMPLES: [Sample; 18] = [
    Sample {
        script: "latin", language: "fr", own_language: "fr", own: "Noëlla Mukwege Bahati", latin: ("Noëlla", "Mukwege Bahati"),
        country: "COD", place: "Bukavu",
        sentence: "Quartier Ndosho, avenue de l’Église n° 12, près de la deuxième borne-fontaine, commune de Karisimbi, Goma",
        long: "Wolfeschlegelsteinhausenbergerdorff-Nguyễn Thị Hồng Nhung Łukaszewicz",
        hard: &["Nguyễn Thị Ánh", "Ğüneş Şahin", "Œuvre d’Aït Ælfrēd", "office affinity", "Straße", "Cuqɓa Ŋɔŋlɔ", "Xasan Cali"],
    },
    Sample {
        script: "cyrillic", language: "uk", own_language: "uk", own: "Олександра Ґалаґан", latin: ("Oleksandra", "Galagan"),
        country: "UKR", place: "Маріуполь",
        sentence: "вулиця Незалежності, будинок 14, квартира 203, мікрорайон Східний, місто Маріуполь, Донецька область",
        long: "Олександра-Вікторія Костянтинівна Переверзєва-Григоренко-Запорожченко",
        hard: &["Їжакевич Євгенія", "Щербаківська", "м’ята", "Әлия Қасымова", "Ђорђе Љубишић", "Ґудзь"],
    },
    Sample {
        script: "greek", language: "el", own_language: "el", own: "Ελευθερία Παπαδοπούλου", latin: ("Eleftheria", "Papadopoulou"),
        country: "GRC", place: "Μυτιλήνη",
        sentence: "Οδός Ελευθερίου Βενιζέλου 27, τρίτος όροφος, δίπλα στο Δημαρχείο, Μυτιλήνη, Περιφέρεια Βορείου Αιγαίου",
        long: "Ελευθερία-Κωνσταντίνα Παπαδημητρακοπούλου-Χατζηκωνσταντινίδου",
        hard: &["Άγγελος Ξένος", "Ιωάννης Οΐκονόμου", "Ύψιλον", "Ρήγας Φεραίος"],
    },
    Sample {
        script: "arabic", language: "ar", own_language: "ar", own: "عبد الرحمن محمد الأحمد", latin: ("Abdulrahman", "Al-Ahmad"),
        country: "SYR", place: "دير الزور",
        sentence: "حي الجبيلة، شارع سينما فؤاد، بناء الأحمد، الطابق الثالث، بجانب مدرسة الإسلام للبنات، مدينة دير الزور، سوريا",
        long: "عبد الرحمن محمد مصطفى عبد العزيز الحسيني القحطاني بن عبد اللطيف الأنصاري",
        hard: &["الله", "عبد الله الإسلام", "لآلئ", "مُحَمَّدٌ", "فؤاد رئيس", "الأحمد لأن", "سؤال", "هدى عيسى"],
    },
    Sample {
        script: "pashto", language: "ps", own_language: "ps", own: "ګلالۍ ځدراڼ", latin: ("Gulalai", "Zadran"),
        country: "AFG", place: "خوست",
        sentence: "د خوست ولایت، د علیشېرو ولسوالۍ، د ښوونځي تر څنګ، د حاجي ګل خان کور، دویمه کوڅه، لومړۍ دروازه",
        long: "عبدالرحمن ګل احمدزی د حاجي محمد ابراهیم ځدراڼ زوی او د عبدالقیوم لمسی",
        hard: &["ښځه", "ړوند ږمنځ", "څوک ځوان", "ډېره ټوله", "لاړۍ", "پښتو ژبه"],
    },
    Sample {
        script: "dari", language: "fa-AF", own_language: "fa-AF", own: "نجیب\u{200C}الله حسینی", latin: ("Najibullah", "Hosseini"),
        country: "AFG", place: "هرات",
        sentence: "ناحیهٔ پنجم، جادهٔ بانک خون، کوچهٔ مسجد جامع، پهلوی مکتب انقلاب، خانهٔ شماره ۱۴، شهر هرات، افغانستان",
        long: "نجیب\u{200C}الله عبدالحکیم محمدابراهیم حسینی هروی فرزند عبدالرحمن پسر محمداسحاق",
        hard: &["می\u{200C}خواهم", "خانهٔ ما", "گچپژ", "کتاب\u{200C}ها", "بچه\u{200C}ها ی"],
    },
    Sample {
        script: "urdu", language: "ur", own_language: "ur", own: "محمد ایوب قریشی", latin: ("Muhammad Ayub", "Qureshi"),
        country: "PAK", place: "پشاور",
        sentence: "مکان نمبر ۱۴، گلی نمبر تین، محلہ قصہ خوانی بازار کے قریب، جامع مسجد کے پیچھے، پشاور شہر، خیبر پختونخوا",
        long: "محمد عبدالرحمٰن ایوب قریشی ولد محمد اسماعیل قریشی مرحوم ساکن پشاور",
        hard: &["تمہیں ہیں", "چھوٹے بچّے", "کھڑکی", "ٹھیک ڈاڑھی", "اللہ رکھا", "نسٹعلیق سمجھ"],
    },
    Sample {
        script: "burmese", language: "my", own_language: "my", own: "ကိုကိုအောင် မောင်မောင်သန်း", latin: ("Ko Ko Aung", "Maung Maung Than"),
        country: "MMR", place: "ဘူးသီးတောင်",
        sentence: "ဘူးသီးတောင်မြို့နယ်၊ ရပ်ကွက်အမှတ်သုံး၊ ဗိုလ်ချုပ်အောင်ဆန်းလမ်းမကြီးပေါ်ရှိ အလယ်တန်းကျောင်းအနီးတွင်နေထိုင်သည်",
        long: "မောင်မောင်သန်းကျော်ဇင်ဦးအောင်မြတ်ထွန်းလှိုင်မြင့်ဆွေနိုင်ထက်",
        hard: &["မြွှေို့", "ကျွန်ုပ်", "သင်္ဘော", "ဗုဒ္ဓ", "ဩဂုတ်", "ကိုယ့်", "မင်္ဂလာ"],
    },
    Sample {
        script: "rohingya", language: "rhg", own_language: "rhg-Rohg", own: "𐴀𐴝𐴏𐴞𐴕 𐴈𐴝𐴃𐴎𐴝", latin: ("Abin", "Khatun"),
        country: "MMR", place: "Buthidaung",
        sentence: "𐴀𐴝𐴏𐴞𐴕 𐴈𐴝𐴃𐴎𐴝 𐴁𐴟𐴈𐴝 𐴌𐴟𐴉𐴝𐴙 𐴔𐴡𐴔𐴞𐴕 𐴑𐴡𐴙𐴝 𐴘𐴝𐴃𐴞𐴐 𐴅𐴝𐴔𐴞𐴓 𐴁𐴝𐴋𐴝𐴌 𐴌𐴡𐴋𐴝 𐴕𐴡𐴌 𐴔𐴝𐴐𐴝 𐴓𐴝𐴔𐴝",
        long: "𐴀𐴝𐴏𐴞𐴕𐴈𐴝𐴃𐴎𐴝𐴁𐴟𐴈𐴝𐴌𐴟𐴉𐴝𐴙𐴔𐴡𐴔𐴞𐴕𐴑𐴡𐴙𐴝 𐴘𐴝𐴃𐴞𐴐 𐴅𐴝𐴔𐴞𐴓 𐴁𐴝𐴋𐴝𐴌 𐴌𐴡𐴋𐴝 𐴕𐴡𐴌 𐴔𐴝𐴐𐴝",
        hard: &["𐴀𐴝𐴔𐴝𐴥", "𐴁𐴟𐴕𐴤", "𐴌𐴡𐴦"],
    },
    Sample {
        script: "bengali", language: "bn", own_language: "rhg", own: "মোহাম্মদ আইয়ুব উল্লাহ", latin: ("Mohammad Ayub", "Ullah"),
        country: "XXA", place: "কক্সবাজার",
        sentence: "কুতুপালং শরণার্থী শিবির, ব্লক ই, ঘর নম্বর ২৯৭, দ্বিতীয় পানির কলের পাশে, উখিয়া উপজেলা, কক্সবাজার জেলা",
        long: "মোহাম্মদ সিরাজুল ইসলাম চৌধুরী আইয়ুব উল্লাহ শ্রীকৃষ্ণপুর ব্রাহ্মণবাড়িয়া নিবাসী",
        hard: &["শ্রীকৃষ্ণ", "ক্ষত্রিয়", "জ্ঞান", "র\u{200D}্যাব", "উজ্জ্বল", "রৌদ্র", "চৌধুরী"],
    },
    Sample {
        script: "devanagari", language: "hi", own_language: "ne", own: "श्रीकृष्ण प्रसाद भट्टराई", latin: ("Shrikrishna Prasad", "Bhattarai"),
        country: "BTN", place: "दमक",
        sentence: "बेलडाँगी शरणार्थी शिविर, क्षेत्र क, झोपड़ी संख्या २९७, दूसरे हैंडपंप के पास, दमक नगरपालिका, झापा जिला",
        long: "श्रीकृष्ण प्रसाद विद्यालङ्कार भट्टराई उपाध्याय क्षेत्रपाल राजर्षि त्रिविक्रम",
        hard: &["क्षत्रिय", "ज्ञान", "राष्ट्र", "द्वितीय", "कर्त्तव्य", "हिन्दी", "र\u{94D}\u{200D}य"],
    },
    Sample {
        script: "tamil", language: "ta", own_language: "ta", own: "சிவகுமார் நடராஜா", latin: ("Sivakumar", "Nadarajah"),
        country: "LKA", place: "யாழ்ப்பாணம்",
        sentence: "மண்டபம் முகாம், வீட்டு எண் 297, இரண்டாவது குடிநீர்க் குழாய் அருகில், இராமநாதபுரம் மாவட்டம், தமிழ்நாடு",
        long: "சிவகுமார் நடராஜா தியாகராஜன் வைத்தியலிங்கம் ஸ்ரீரங்கநாதன் கிருஷ்ணமூர்த்தி",
        hard: &["ஸ்ரீ", "க்ஷ", "கொடுத்தார்கள்", "கௌரவம்", "யாழ்ப்பாணத்தில்"],
    },
    Sample {
        script: "khmer", language: "km", own_language: "km", own: "សុខ សុវណ្ណារ៉ា", latin: ("Sovannara", "Sok"),
        country: "KHM", place: "បាត់ដំបង",
        sentence: "ភូមិព្រែកមហាទេពសង្កាត់ស្វាយប៉ោក្រុងបាត់ដំបងខេត្តបាត់ដំបងនៅជិតសាលាបឋមសិក្សានិងទីផ្សារធំ",
        long: "សុខសុវណ្ណារ៉ាស្រីពៅពេជ្រចិន្តាឧត្តមសម្បត្តិបុប្ផារស្មីសុភមង្គលវិសាល",
        hard: &["ស្ត្រី", "ខ្ញុំ", "ព្រះរាជាណាចក្រ", "កម្ពុជា", "ក្រុម្ម", "សម្រាប់"],
    },
    Sample {
        script: "thai", language: "th", own_language: "th", own: "สมหญิง ศรีสวัสดิ์", latin: ("Somying", "Srisawat"),
        country: "THA", place: "แม่สอด",
        sentence: "พื้นที่พักพิงชั่วคราวบ้านแม่หละเลขที่สองร้อยเก้าสิบเจ็ดใกล้โรงเรียนประถมศึกษาตำบลแม่หละอำเภอท่าสองยางจังหวัดตาก",
        long: "สมหญิงศรีสวัสดิ์รัตนโกสินทร์พงษ์พิพัฒน์ธนกิจเจริญรุ่งเรืองวัฒนาสกุล",
        hard: &["น้ำ", "ผู้ใหญ่", "กตัญญู", "ปิ่น ป้า", "ฐานะ", "กรุงเทพฯ", "เฉลิมพระเกียรติ์"],
    },
    Sample {
        script: "ethiopic", language: "am", own_language: "am", own: "ሂሩት በቀለ ተስፋዬ", latin: ("Hirut", "Bekele Tesfaye"),
        country: "ETH", place: "ጅጅጋ",
        sentence: "ሶማሌ ክልል፣ ጅጅጋ ከተማ፣ ቀበሌ 06፣ የቤት ቁጥር 297፣ ከሁለተኛው የውኃ ቧንቧ አጠገብ፣ በቅዱስ ሚካኤል ቤተ ክርስቲያን ፊት ለፊት",
        long: "ወልደገብርኤል፡ኃይለማርያም፡ተክለሃይማኖት፡ወልደሥላሴ፡ገብረመድኅን፡ወልደጊዮርጊስ፡ተስፋጽዮን፡ኃይለሚካኤል",
        hard: &["ኃይሌ፡ሥላሴ", "ቋንቋ", "ጷጉሜን", "ኧረ", "ⶀ"],
    },
    Sample {
        script: "tigrinya", language: "ti", own_language: "ti", own: "ኣብርሃም ገብረሂወት", latin: ("Abraham", "Gebrehiwot"),
        country: "ERI", place: "ኣስመራ",
        sentence: "ዞባ ማእከል፣ ከተማ ኣስመራ፣ ምምሕዳር ከባቢ ገጀረት፣ ቁጽሪ ገዛ 297፣ ኣብ ጥቓ ቤት ትምህርቲ ባርካ፣ ኣብ ቅድሚ ቤት ክርስትያን",
        long: "ኣብርሃም ገብረሂወት ወልደሚካኤል ተኽለሃይማኖት ሃብተማርያም ገብረእግዚኣብሄር ዘርኣጽዮን ተስፋሚካኤል",
        hard: &["ቐሺ ኸደ", "እግዚኣብሄር", "ሕይወት"],
    },
    Sample {
        script: "chinese", language: "zh", own_language: "zh", own: "欧阳晓明", latin: ("Xiaoming", "Ouyang"),
        country: "CHN", place: "昆明",
        sentence: "云南省昆明市五华区人民中路二百九十七号（第二供水站旁边），第三单元五楼，邻近昆明市第一小学“东门”，邮政编码：650000。",
        long: "欧阳晓明司马光上官婉儿诸葛孔明东方红夏侯渊皇甫嵩尉迟恭公羊高澹台灭明公冶长宗政淳于意单于太叔申屠公孙仲孙轩辕令狐钟离宇文长孙慕容鲜于",
        hard: &["中华人民共和国", "（第一）", "“你好”，世界。"],
    },
    Sample {
        script: "vietnamese", language: "en", own_language: "vi", own: "Nguyễn Thị Hồng Ngọc", latin: ("Thi Hong Ngoc", "Nguyen"),
        country: "VNM", place: "Đà Nẵng",
        sentence: "Số 297 đường Nguyễn Văn Linh, phường Nam Dương, quận Hải Châu, thành phố Đà Nẵng, gần trường tiểu học Phù Đổng",
        long: "Nguyễn Thị Hồng Ngọc Phương Thảo Quỳnh Trâm Ánh Nguyệt Thủy Tiên Đặng Lê",
        hard: &["Phạm Quỳnh Ưng", "ấậẫẩắẵ", "Đỗ Ổn Ỷ"],
    },
];

/// A type of the program.
pub fn made(name: &str) -> CredentialType {
    let text = match name {
        "registration" => include_str!("../../templates/registration/type.toml"),
        "diploma" => include_str!("../../templates/diploma/type.toml"),
        "training" => include_str!("../../templates/training/type.toml"),
        "household" => include_str!("../../templates/household/type.toml"),
        _ => include_str!("../../templates/vaccination/type.toml"),
    };
    CredentialType::parse(text).expect("a type of the program")
}

/// The layout of a type for a sheet of A4.
pub fn layout(name: &str) -> &'static str {
    match name {
        "registration" => include_str!("../../templates/registration/a4.toml"),
        "diploma" => include_str!("../../templates/diploma/a4.toml"),
        "training" => include_str!("../../templates/training/a4.toml"),
        "household" => include_str!("../../templates/household/a4.toml"),
        _ => include_str!("../../templates/vaccination/a4.toml"),
    }
}

/// A record of cells that stand as they would in a list.
pub fn record(fields: &[nansen::credential::types::Field], cells: &[(&str, &str)]) -> Record {
    let today = jiff::civil::date(2026, 11, 21);
    let mut record = Record::new();
    for field in fields {
        let Some((_, cell)) = cells.iter().find(|(column, _)| *column == field.name) else { continue };
        let value = field.kind.parse(cell, today).unwrap_or_else(|error| panic!("{} {cell}: {error}", field.name));
        value.into_iter().for_each(|value| record.set(&field.name, value));
    }
    record
}

/// The paper of a record, as the desk would print it.
pub fn paper(made: &CredentialType, record: Record, language: &str) -> Certificate {
    let credential = Credential {
        type_name: made.name.clone(),
        serial: Serial::from_bytes([0x4f, 0x2e, 0xdd, 0x26, 0x8d]),
        issued: "2026-11-21T09:00:00Z".parse().expect("a time"),
        not_before: None,
        expires: Some("2028-11-21T00:00:00Z".parse().expect("a time")),
        status: None,
        copy: None,
        supersedes: None,
        record,
        photo: None,
    };
    let issuer = IssuerName { name: "Department of Refugee Services".to_owned(), country: Some("KEN".to_owned()) };
    let symbols = vec![people::symbol(16, &format!("NP1:{}", "6BF+70790T9WJWG.FKY*4GO0".repeat(18)))];
    paper::certificate(&credential, made, &issuer, language, symbols, None)
}

/// The registration of a sample.
pub fn registration(sample: &Sample) -> Certificate {
    let made = made("registration");
    let cells = [
        ("individual_id", "KEN-82C00001"),
        ("given_names", sample.latin.0),
        ("family_name", sample.latin.1),
        ("native_name", sample.own),
        ("native_language", sample.own_language),
        ("date_of_birth", "1987-03"),
        ("sex", "F"),
        ("nationality", sample.country),
        ("country_of_origin", sample.country),
        ("place_of_birth", sample.place),
        ("legal_status", "asylum-seeker"),
        ("arrival_date", "2024~"),
        ("household", "HH-00297"),
        ("address", sample.sentence),
    ];
    let mut paper = paper(&made, record(&made.fields, &cells), sample.language);
    paper.photo = Some(people::photo(sample.script.len() as u32 * 17));
    paper
}

/// A household of people of several scripts.
pub fn household(language: &str) -> Certificate {
    let made = made("household");
    let relationships = ["principal", "spouse", "child", "grandparent", "cousin", "niece-nephew"];
    let members = SAMPLES.iter().step_by(3).zip(relationships).enumerate();
    let members = members.map(|(place, (sample, relationship))| {
        let id = format!("KEN-19C0000{place}");
        let cells = [
            ("individual_id", id.as_str()),
            ("given_names", sample.latin.0),
            ("family_name", sample.latin.1),
            ("native_name", sample.own),
            ("native_language", sample.own_language),
            ("date_of_birth", ["1953-04-21", "1958~", "1987-03", "1930%", "2019-11", "2006-02-12"][place % 6]),
            ("sex", ["F", "M", "X"][place % 3]),
            ("relationship", relationship),
        ];
        record(&made.members, &cells)
    });
    let mut whole = record(&made.fields[..1], &[("household", "HH-00297")]);
    whole.set("members", Value::Members(members.collect()));
    paper(&made, whole, language)
}

/// A paper of a type whose rows are people.
pub fn of_type(name: &str, language: &str, cells: &[(&str, &str)]) -> Certificate {
    let made = made(name);
    paper(&made, record(&made.fields, cells), language)
}
