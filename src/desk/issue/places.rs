//! Where a batch writes: no file of a run over another, and no file of an earlier batch lost or left beside the new ones.

use std::path::{Path, PathBuf};

use super::Order;
use super::write::Form;
use crate::desk::Failure;
use crate::desk::output::{cannot_write, folder_of};
use crate::register::Volume;

/// Refuses a file that would be written over another of this run, and a folder of photos that is none.
pub fn check_places(order: &Order) -> Result<(), Failure> {
    let form = order.form();
    let output = order.output.as_deref();
    let first = output.map(|output| form.file(output, 1));
    let manifest = output.filter(|_| order.wants_manifest()).map(|output| form.manifest(output));
    let places = [
        ("the list", order.list.path()),
        ("OUT", first.as_deref()),
        ("the manifest", manifest.as_deref()),
        ("--symbols", order.symbols.as_deref()),
    ];
    let places: Vec<_> = places.into_iter().filter_map(|(what, path)| Some((what, path?))).collect();
    for (at, (what, path)) in places.iter().enumerate() {
        if let Some((other, _)) = places[..at].iter().find(|(_, other)| same_file(other, path)) {
            return Err(Failure::new(format!("{other} and {what} are the same file: {}", path.display()))
                .hint("give each a name of its own"));
        }
    }
    let apart = [("the list", order.list.path()), ("--symbols", order.symbols.as_deref())];
    for (what, path) in apart.into_iter().filter_map(|(what, path)| Some((what, path?))) {
        if let Some(output) = output.filter(|output| is_ours(form, output, path)) {
            let (path, output) = (path.display(), output.display());
            return Err(Failure::new(format!(
                "{what} has the name of a paper of this batch: {path}, beside -o {output}"
            ))
            .hint("give it a name of its own"));
        }
    }
    if let Some(folder) = order.photos.folder().filter(|folder| !folder.is_dir()) {
        return Err(Failure::new(format!("{} is not a folder of photos", folder.display()))
            .hint("name the folder with --photos DIR; each photo in it is named by the first column, KEN-1.jpg"));
    }
    Ok(())
}

/// Whether a file of the batch could have this name. One file for all is told by its path.
fn is_ours(form: Form, output: &Path, path: &Path) -> bool {
    form != Form::Whole && form.owns(output, path) && same_file(folder_of(path), form.folder(output))
}

/// Refuses a batch whose files would come to lie among those of another: papers that were printed would be overwritten,
/// or left beside new ones that they do not belong to. `own` are the files that an interrupted run of this batch has
/// named. One file for all is replaced as a whole, as any program does.
pub fn check_free(order: &Order, output: &Path, own: &[Volume]) -> Result<(), Failure> {
    let form = order.form();
    if form == Form::Whole {
        return Ok(());
    }
    let is_own = |path: &Path| own.iter().any(|volume| same_file(Path::new(&volume.file), path));
    let mut taken: Vec<PathBuf> = match form {
        Form::Separate => Vec::new(),
        _ => volumes(form, output)?.into_iter().filter(|path| !is_own(path)).collect(),
    };
    let manifest = form.manifest(output);
    // A run that was interrupted after its last file may have left its manifest, too.
    let is_here = |volume: &Volume| {
        let file = Path::new(&volume.file);
        if form == Form::Separate {
            same_file(file, output)
        } else {
            same_file(&form.file(output, volume.number), file)
        }
    };
    if order.wants_manifest() && manifest.exists() && !own.iter().any(is_here) {
        taken.push(manifest);
    }
    let Some(first) = taken.first() else { return Ok(()) };
    let more = match taken.len() {
        1 => String::new(),
        2 => " and one more file".to_owned(),
        count => format!(" and {} more files", count - 1),
    };
    Err(Failure::new(format!("{}{more} of another batch would be overwritten or left among the new", first.display()))
        .hint("nothing was issued; give another name with -o, or move or remove these files first"))
}

/// The files that have names of volumes of this output, in order.
fn volumes(form: Form, output: &Path) -> Result<Vec<PathBuf>, Failure> {
    let folder = form.folder(output);
    let entries = std::fs::read_dir(folder).map_err(|error| cannot_write(folder, &error))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.file_name()));
    let mut paths: Vec<PathBuf> =
        paths.map(|name| output.with_file_name(name)).filter(|path| form.owns(output, path)).collect();
    paths.sort();
    Ok(paths)
}

/// Whether two paths lead to one file, also when it is still to be written.
fn same_file(one: &Path, other: &Path) -> bool {
    // What is to be written need not be there yet, but its folder is.
    let whole = |path: &Path| {
        path.canonicalize().or_else(|_| {
            Ok::<_, std::io::Error>(folder_of(path).canonicalize()?.join(path.file_name().unwrap_or_default()))
        })
    };
    one == other || matches!((whole(one), whole(other)), (Ok(one), Ok(other)) if one == other)
}
