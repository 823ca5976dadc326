use super::*;

const HEADER: &str = "individual_id,given_names,family_name,native_name,native_language,date_of_birth,legal_status";

fn registration() -> CredentialType {
    CredentialType::parse(include_str!("../../../templates/registration/type.toml")).unwrap()
}

fn household() -> CredentialType {
    CredentialType::parse(include_str!("../../../templates/household/type.toml")).unwrap()
}

/// Good rows, faults, warnings.
type Told = (Vec<Row>, Vec<String>, Vec<String>);

fn all(list: &[u8], made: &CredentialType) -> Result<Told, ListError> {
    let (mut rows, mut bad, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
    read(list, made, Date::constant(2026, 11, 21), &mut |item| {
        match item {
            Item::Row(row) => rows.push(row),
            Item::Bad(problems) => bad.extend(problems.iter().map(ToString::to_string)),
            Item::Warning(warning) => warnings.push(warning),
        }
        true
    })?;
    Ok((rows, bad, warnings))
}

fn one(row: &str) -> Told {
    all(format!("{HEADER}\n{row}\n").as_bytes(), &registration()).unwrap()
}

#[test]
fn spreadsheets_of_every_habit_give_the_same_records() {
    let plain = one("K-1,Amina,Yusuf,,,1990,refugee").0;
    for list in [
        format!("\u{feff}{HEADER}\r\nK-1,Amina,Yusuf,,,1990,refugee\r\n"),
        format!("{HEADER}\nK-1,Amina,Yusuf,,,1990,refugee").replace(',', ";"),
        format!("{HEADER}\nK-1,Amina,Yusuf,,,1990,refugee\n\n,,,,,,\n").replace(',', "\t"),
        "legal_status,individual_id,family_name,given_names,date_of_birth\nRefugee,K-1,Yusuf,Amina,1990\n".to_owned(),
    ] {
        assert_eq!(all(list.as_bytes(), &registration()).unwrap().0[0].record, plain[0].record, "{list}");
    }
}

#[test]
fn a_bad_row_is_told_by_line_and_column_and_the_next_is_read() {
    let (rows, bad, _) = one("K-1,Amina,Yusuf,,,1990-02-30,vip\nK-2,Amina,Yusuf,,,1990,refugee");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].line, 3);
    assert_eq!(
        bad[0],
        "line 2, date_of_birth: 30 February does not exist; found \"1990-02-30\"; wanted a date like 1987-03-14, 1987-03, 1987 or 1987~"
    );
    assert!(
        bad[1].starts_with("line 2, legal_status: unknown value; found \"vip\"; wanted one of refugee, asylum-seeker")
    );
}

#[test]
fn lines_are_counted_alike_whatever_ends_them() {
    for end in ["\n", "\r\n", "\r"] {
        let list = format!("{HEADER}\nK-1,A,,,,1990,refugee\nK-2,A,,,,1990,vip\n").replace('\n', end);
        let (rows, bad, _) = all(list.as_bytes(), &registration()).unwrap();
        assert_eq!((rows[0].line, bad[0].starts_with("line 3, legal_status")), (2, true), "{end:?} {bad:?}");
    }
}

#[test]
fn nobody_stands_twice_and_who_looks_alike_is_pointed_out() {
    let (rows, bad, warnings) =
        one("K-1,Amina,Yusuf,,,1990,refugee\nK-1,A,B,,,1991,refugee\nK-3,Yusuf,Amína,,,1990,refugee");
    assert_eq!(rows.len(), 2);
    assert!(bad[0].starts_with("line 3, individual_id: same as in line 2"), "{bad:?}");
    assert_eq!(warnings, ["line 4: same name and date of birth as in line 2"]);
}

#[test]
fn a_name_only_in_arabic_is_transliterated_and_one_only_in_ethiopic_is_asked_for() {
    let (rows, bad, _) = one("K-1,,,محمد,ar,1990,refugee\nK-2,,,ሂሩት,am,1990,refugee\nK-3,,,,,1990,refugee");
    assert_eq!(rows[0].record.text("full_name"), "MXHMD");
    assert!(bad[0].starts_with("line 3, given_names: no Latin name"), "{bad:?}");
    assert!(bad[1].starts_with("line 4, given_names: no name at all"), "{bad:?}");
}

#[test]
fn a_household_is_one_row_and_a_fault_in_it_leaves_all_of_it_out() {
    let list = "household,individual_id,given_names,relationship\nH-1,K-1,Amina,principal\nH-1,K-2,Ali,child\nH-2,K-3,X,neighbour\nH-2,K-4,Y,child\nH-1,K-5,Z,child\n";
    let (rows, bad, _) = all(list.as_bytes(), &household()).unwrap();
    assert_eq!(rows.len(), 1);
    let Some(Value::Members(members)) = rows[0].record.get("members") else { panic!("members") };
    assert_eq!(members[1].text("given_names"), "Ali");
    assert_eq!(bad.len(), 2, "{bad:?}");
    assert!(bad[1].contains("the rows of a group stand together; this one began in line 2"), "{bad:?}");
}

#[test]
fn what_is_not_a_list_is_named() {
    for (list, expect) in [
        (&b""[..], "the list is empty"),
        (b"individual_id,given_names,legal_status\n", "the list has a header and no rows"),
        (
            b"individual_id,legal_status\nK-1,refugee\n",
            "line 1: no column given_names or family_name or full_name or native_name",
        ),
        (b"individual_id,given_names,given_names,legal_status\n", "line 1: the column given_names stands twice"),
        (
            b"individual_id,given_names,legal_status\nK-1,No\xeblla,refugee\n",
            "line 2, given_names: byte 0xEB is not UTF-8; the file looks like ISO 8859-1",
        ),
        (b"\xff\xfei\0d\0", "the list is UTF-16"),
        (b"PK\x03\x04....", "the list is a spreadsheet or ZIP file, not text"),
        (b"%PDF-1.7", "the list is a PDF, not text"),
    ] {
        let error = all(list, &registration()).unwrap_err().to_string();
        assert!(error.starts_with(expect), "{error}");
    }
}

#[test]
fn an_unclosed_quote_does_not_swallow_a_large_file() {
    let endless = std::io::repeat(b'x');
    let start = format!("{HEADER}\nK-1,\"Amina");
    let error = read(
        std::io::Read::chain(start.as_bytes(), endless),
        &registration(),
        Date::constant(2026, 11, 21),
        &mut |_| true,
    );
    assert!(error.unwrap_err().to_string().starts_with("line 2: the list cannot be read as CSV"));
}

#[test]
fn unknown_columns_and_missing_cells_are_pointed_out() {
    let list = format!("{HEADER},shoe_size\nK-1,Amina,Yusuf,,,1990,refugee,42\nK-2,Amina\n");
    let (rows, bad, warnings) = all(list.as_bytes(), &registration()).unwrap();
    assert_eq!((rows.len(), bad.len()), (1, 1));
    assert!(warnings[0].contains("\"shoe_size\" is not a field of registration"), "{warnings:?}");
    assert!(
        bad[0].starts_with("line 3: another number of cells than the header; found \"2\"; wanted 8 cells"),
        "{bad:?}"
    );
}
