use image::{ImageFormat, Luma, LumaA, Rgba};

use super::*;
use crate::issue::paper::signed_picture;

fn portrait_pixels(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let face = (x as f32 / width as f32 - 0.5).hypot(y as f32 / height as f32 - 0.45) < 0.3;
        let grain = (x * 7 + y * 13) as u8 & 15;
        if face { Rgb([190 - grain, 140, 110]) } else { Rgb([60, 80 + grain, 120]) }
    })
}

fn png(picture: impl Into<DynamicImage>) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.into().write_to(&mut file, ImageFormat::Png).unwrap();
    file.into_inner()
}

fn portrait(width: u32, height: u32) -> Vec<u8> {
    png(portrait_pixels(width, height))
}

/// How far the printed face, made as small as the signed one, is from it: mean of all channels.
fn distance(face: &Face) -> f64 {
    let signed = signed_picture(face.signed.format, &face.signed.bytes).expect("a VP8 frame");
    let printed = RgbImage::from_raw(face.printed.width(), face.printed.height(), face.printed.rgb().to_vec()).unwrap();
    let small = image::imageops::resize(&printed, signed.width(), signed.height(), FilterType::Triangle);
    let sum: u64 = small.as_raw().iter().zip(signed.rgb()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / small.as_raw().len() as f64
}

#[test]
fn a_face_fits_its_bytes_and_is_a_bare_frame() {
    let face = face(&portrait(600, 800), 600, None).unwrap();
    assert!(face.signed.bytes.len() <= 600);
    // RFC 6386 §9.1: a key frame carries this start code.
    assert_eq!(face.signed.bytes[3..6], [0x9d, 0x01, 0x2a]);
    assert_eq!((face.printed.width(), face.printed.height()), PRINTED);
}

#[test]
fn what_is_no_face_is_named() {
    let refused = |file: &[u8]| face(file, 600, None).unwrap_err().to_string();
    assert_eq!(refused(&portrait(30, 60)), "30 × 60 pixels, where a face needs at least 40 × 50");
    assert_eq!(refused(b"not a picture"), "not a picture that can be read");
    assert_eq!(refused(b"\0\0\0\x18ftypheic\0\0\0\0"), "a HEIC picture, which cannot be read");
    assert_eq!(refused(b"\0\0\0\x18ftypmif1\0\0\0\0"), "a HEIF picture, which cannot be read");
    assert!(matches!(face(&portrait(600, 800), 20, None).unwrap_err(), PhotoError::TooLarge { budget: 20, .. }));
}

#[test]
fn the_printed_face_and_the_signed_one_are_the_same_picture() {
    let colours = RgbImage::from_fn(700, 500, |x, y| Rgb([(x / 3) as u8, (y / 2) as u8, ((x + y) / 5) as u8]));
    for (file, crop) in [
        (portrait(600, 800), None),
        (png(colours.clone()), None),
        (png(colours.clone()), Some(Crop::Pixels([400, 100, 200, 250]))),
        (png(colours), Some(Crop::Percent([0.0, 50.0, 50.0, 50.0]))),
    ] {
        let face = face(&file, PHOTO_BYTES, crop).unwrap();
        assert!(distance(&face) < 8.0, "{crop:?}: {}", distance(&face));
    }
}

#[test]
fn the_operators_rectangle_decides_what_is_seen() {
    // The left half red, the right half blue.
    let halves = png(RgbImage::from_fn(400, 400, |x, _| if x < 200 { Rgb([200, 0, 0]) } else { Rgb([0, 0, 200]) }));
    let middle = |crop| {
        let face = face(&halves, PHOTO_BYTES, crop).unwrap();
        let at = 3 * (face.printed.height() / 2 * face.printed.width() + face.printed.width() / 2) as usize;
        (face.printed.rgb()[at], face.printed.rgb()[at + 2])
    };
    assert_eq!(middle(Some(Crop::Pixels([0, 0, 160, 200]))), (200, 0));
    assert_eq!(middle(Some(Crop::Percent([60.0, 0.0, 40.0, 100.0]))), (0, 200));
    let error = face(&halves, PHOTO_BYTES, Some(Crop::Pixels([0, 0, 30, 30]))).unwrap_err();
    assert_eq!(error.to_string(), "30 × 30 pixels, where a face needs at least 40 × 50");
    let error = face(&halves, PHOTO_BYTES, Some(Crop::Pixels([390, 0, 100, 100]))).unwrap_err();
    assert!(error.to_string().starts_with("the rectangle reaches to 490 × 100"), "{error}");
}

#[test]
fn every_depth_and_every_kind_of_channel_gives_the_face() {
    let (width, height) = (120, 150);
    let grey = |x: u32, y: u32| (x + y) as u8;
    let sixteen = image::ImageBuffer::from_fn(width, height, |x, y| Luma([u16::from(grey(x, y)) * 257]));
    let transparent = image::RgbaImage::from_fn(width, height, |x, y| {
        Rgba([grey(x, y); 3].map(|c| c).into_iter().chain([255]).collect::<Vec<_>>().try_into().unwrap())
    });
    let grey_alpha = image::ImageBuffer::from_fn(width, height, |x, y| LumaA([grey(x, y), 255]));
    let plain = RgbImage::from_fn(width, height, |x, y| Rgb([grey(x, y); 3]));
    let wanted = face(&png(plain), PHOTO_BYTES, None).unwrap().printed;
    let files = [png(DynamicImage::ImageLuma16(sixteen)), png(transparent), png(DynamicImage::ImageLumaA8(grey_alpha))];
    for file in files {
        let printed = face(&file, PHOTO_BYTES, None).unwrap().printed;
        let most = printed.rgb().iter().zip(wanted.rgb()).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
        assert!(most <= 2, "{most}");
    }
}

#[test]
fn what_is_transparent_shows_the_paper() {
    let clear = image::RgbaImage::from_pixel(120, 150, Rgba([0, 0, 0, 0]));
    let face = face(&png(clear), PHOTO_BYTES, None).unwrap();
    assert!(face.printed.rgb().iter().all(|channel| *channel == 255));
}

#[test]
fn a_photo_is_turned_as_its_camera_says() {
    // Red above, blue below, once the picture is turned by 90° (EXIF orientation 6, TIFF 6.0 tag 274).
    let lying = RgbImage::from_fn(150, 120, |x, _| if x < 75 { Rgb([200, 0, 0]) } else { Rgb([0, 0, 200]) });
    let mut jpeg = Cursor::new(Vec::new());
    DynamicImage::from(lying).write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
    let exif = b"Exif\0\0II\x2a\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    let length = (exif.len() as u16 + 2).to_be_bytes();
    let file = [&[0xff, 0xd8, 0xff, 0xe1][..], &length, exif, &jpeg.into_inner()[2..]].concat();
    let face = face(&file, PHOTO_BYTES, None).unwrap();
    let (top, bottom) = (&face.printed.rgb()[..3], &face.printed.rgb()[face.printed.rgb().len() - 3..]);
    assert!(top[0] > 150 && top[2] < 60, "{top:?}");
    assert!(bottom[2] > 150 && bottom[0] < 60, "{bottom:?}");
}
