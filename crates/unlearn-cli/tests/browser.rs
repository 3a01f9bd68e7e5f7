//! The pages of an audit and of a comparison in a real browser: layout, colours, print. Needs
//! Chromium (Debian's `chromium`), and is skipped, loudly, where there is none;
//! `UNLEARN_BROWSER` names another one.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the page is asked in the browser; a page of ours has no script, so it is
/// added to a copy.
const QUESTIONS: &str = r#"<script>
const root = document.documentElement, answers = document.createElement("pre");
const paper = getComputedStyle(document.body).backgroundColor;
const small = [...document.querySelectorAll("svg[role=img]")].filter(svg => svg.getBoundingClientRect().height < 80);
const outside = [...document.querySelectorAll("body *")].filter(element =>
  !element.closest(".scroll, .skip, svg") && element.getBoundingClientRect().right > innerWidth + 1);
const unnamed = [...document.querySelectorAll("section")].filter(section =>
  !document.getElementById(section.getAttribute("aria-labelledby")));
const broken = [...document.querySelectorAll("a[href^='#']")].filter(a => !document.querySelector(a.getAttribute("href")));
const pictures = [...document.images].filter(image => !image.complete || image.naturalWidth === 0);
answers.textContent = "[answers]" + JSON.stringify({
  width: root.scrollWidth <= innerWidth, paper, small: small.length, outside: outside.map(e => e.tagName + "." + e.className),
  unnamed: unnamed.length, broken: broken.length, pictures: pictures.length,
  charts: document.querySelectorAll("svg[role=img]").length, fetched: performance.getEntriesByType("resource")
    .filter(entry => !entry.name.startsWith("data:")).length,
}) + "[end]";
document.body.append(answers);
</script>"#;

fn browser() -> Option<PathBuf> {
    let named = env::var_os("UNLEARN_BROWSER").map(PathBuf::from);
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let paths = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&paths).flat_map(|folder| names.map(|name| folder.join(name)));
    named.or_else(|| found.into_iter().find(|file| file.is_file()))
}

/// Runs the browser without a window; gives what it printed and what it said.
fn ask(browser: &Path, folder: &Path, arguments: &[&str], page: &str) -> [String; 2] {
    let output = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--enable-logging=stderr",
        ])
        .arg(format!(
            "--user-data-dir={}",
            folder.join("profile").display()
        ))
        .args(arguments)
        .arg(format!("file://{}", folder.join(page).display()))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn run(folder: &Path, arguments: &str) {
    let ran = Command::new(env!("CARGO_BIN_EXE_unlearn"))
        .current_dir(folder)
        .args(arguments.split_whitespace())
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
}

/// A page of a small audit of a network with several depths.
fn audit(folder: &Path) {
    let train = "train --data shapes --limit-per-class 20 --architecture mlp --hidden 16,8 --epochs 2 --seed";
    run(folder, &format!("{train} 1 --out m --codes c"));
    run(
        folder,
        "forget m --codes c --class ring --out f --method bias-shift",
    );
    run(
        folder,
        &format!("{train} 2 --out r --codes k --without ring"),
    );
    run(
        folder,
        &format!("{train} 3 --out s --codes l --without ring"),
    );
    run(
        folder,
        "audit --before m --after f --retrained r --retrained s --codes c --data shapes --forgotten ring --out a",
    );
    fs::copy(folder.join("a/report.html"), folder.join("page.html")).unwrap();
}

/// A page of a small comparison: several sets of classes, failed cells, Fisher diagonals.
fn comparison(folder: &Path) {
    fs::write(folder.join("e.toml"), EXPERIMENT).unwrap();
    run(folder, "compare e.toml --out o");
    fs::copy(folder.join("o/e.html"), folder.join("page.html")).unwrap();
}

const EXPERIMENT: &str = r#"title = "Shapes & <codes>"
seeds = [1, 2]
fisher_error = true

[[original]]
name = "shapes"
data = "shapes"
reading = { limit_per_class = 10 }
network = { name = "mlp", hidden = [16], activation = "relu" }
training = { epochs = 2 }
forget = ["ring", ["star", "crescent"]]

[[method]]
method = "mnemonic"

[[method]]
method = "mnemonic-with-images"
name = "a perturbation by ten images of each class, with a name that is too long for a drawing"
settings = { images_per_class = 10 }

[[method]]
method = "erm-ktp"
"#;

#[test]
fn the_page_of_an_audit_is_laid_out_coloured_and_printed() {
    check(audit, 8);
}

#[test]
fn the_page_of_a_comparison_is_laid_out_coloured_and_printed() {
    check(comparison, 2);
}

/// Looks at the page that `make` leaves, in which there are more charts than so many.
fn check(make: fn(&Path), charts: u64) {
    let Some(browser) = browser() else {
        eprintln!("SKIPPED: no Chromium to look at the page with (apt-get install chromium)");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    make(path);
    let page = fs::read_to_string(path.join("page.html")).unwrap();
    fs::write(path.join("asked.html"), page + QUESTIONS).unwrap();
    let mut papers = Vec::new();
    for (size, scheme) in [("1280,900", 1), ("1280,900", 0), ("500,900", 1)] {
        let (size, scheme) = (
            format!("--window-size={size}"),
            format!("--blink-settings=preferredColorScheme={scheme}"),
        );
        let [page, said] = ask(
            &browser,
            path,
            &["--dump-dom", &size, &scheme],
            "asked.html",
        );
        assert!(!said.contains("CONSOLE"), "{said}");
        let answers = page.rsplit("[answers]").next().unwrap();
        let answers = answers.split("[end]").next().unwrap();
        let answers: serde_json::Value = serde_json::from_str(answers).unwrap();
        assert_eq!(answers["width"], true, "{size}: {answers}");
        assert_eq!(
            answers["outside"],
            serde_json::json!([]),
            "{size}: {answers}"
        );
        for none in ["small", "unnamed", "broken", "pictures", "fetched"] {
            assert_eq!(answers[none], 0, "{size}: {none}: {answers}");
        }
        assert!(answers["charts"].as_u64().unwrap() > charts, "{answers}");
        papers.push(answers["paper"].as_str().unwrap().to_owned());
    }
    assert_ne!(papers[0], papers[1], "dark paper is as light paper");

    let pdf = path.join("page.pdf");
    let print = format!("--print-to-pdf={}", pdf.display());
    ask(
        &browser,
        path,
        &[&print, "--no-pdf-header-footer"],
        "page.html",
    );
    let pdf = fs::read(pdf).unwrap();
    assert!(
        pdf.starts_with(b"%PDF") && pdf.len() > 50_000,
        "{} bytes",
        pdf.len()
    );
}
