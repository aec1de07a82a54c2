use insta::assert_snapshot;

use super::{RUN, python, told, told_quietly};
use crate::harness::Project;

#[test]
fn unittest_tells_what_failed_and_where() {
    let project = python()
        .script(RUN)
        .file("requirements.txt", "requests\n")
        .file("test_import.py", "import no_such_module\n")
        .file(
            "test_rent.py",
            r#"import unittest


class Rent(unittest.TestCase):
    def test_good(self):
        pass

    def test_due(self):
        """The rent is due."""
        self.assertEqual(300, 400)

    def test_broken(self):
        raise OSError("no ledger")

    @unittest.skip("later")
    def test_later(self):
        pass

    @unittest.expectedFailure
    def test_unexpected(self):
        pass

    def test_each(self):
        for month in range(3):
            with self.subTest(month=month):
                self.assertNotEqual(month, 1)


class Harbour(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise OSError("no harbour")

    def test_quay(self):
        pass
"#,
        );
    assert_snapshot!(told(&project), @"
    exit: 1
      unittest: requirements.txt names no other runner
    error: `run_tests`: 4 of 8 tests failed, 2 could not be run
     --> wharf.rhai:1:14
      |
    1 | let report = run_tests();
      |              ^^^^^^^^^
      | test_import.py:1 test_import: ModuleNotFoundError: No module named 'no_such_module'
      | test_rent.py:32 test_rent.Harbour: OSError: no harbour
      | test_rent.py:13 test_rent.Rent.test_broken: OSError: no ledger
      | test_rent.py:10 test_rent.Rent.test_due: AssertionError: 300 != 400
      | test_rent.py:26 test_rent.Rent.test_each: (month=1) AssertionError: 1 == 1
      | test_rent.py:19 test_rent.Rent.test_unexpected: passed, though it is expected to fail
    hint: see all of it: `wharf logs 1 script`
    ");
}

#[test]
fn django_tells_what_failed_and_where() {
    let project = python()
        .script(RUN)
        .file(
            "manage.py",
            "import os\nimport sys\n\nfrom django.core.management import execute_from_command_line\n\n\
             os.environ[\"DJANGO_SETTINGS_MODULE\"] = \"settings\"\nexecute_from_command_line(sys.argv)\n",
        )
        .file(
            "settings.py",
            "SECRET_KEY = \"for tests\"\nDATABASES = {\"default\": {\"ENGINE\": \"django.db.backends.sqlite3\", \"NAME\": \"db\"}}\n",
        )
        .file("lettings/__init__.py", "")
        .file(
            "lettings/tests.py",
            "from django.test import TestCase\n\n\nclass Rent(TestCase):\n    def test_good(self):\n        pass\n\n    \
             def test_due(self):\n        self.assertEqual(300, 400, \"the rent\\nis due\")\n",
        );
    assert_snapshot!(told(&project), @"
    exit: 1
      django: found manage.py
    error: `run_tests`: 1 of 2 tests failed
     --> wharf.rhai:1:14
      |
    1 | let report = run_tests();
      |              ^^^^^^^^^
      | lettings/tests.py:9 lettings.tests.Rent.test_due: AssertionError: 300 != 400 : the rent
    hint: see all of it: `wharf logs 1 script`
    ");
}

#[test]
fn cargo_tells_what_failed_and_what_died() {
    let project = Project::new()
        .packages()
        // One after the other, so that they fail in their order.
        .env("RUST_TEST_THREADS", "1")
        .script("run_tests(#{ runner: \"cargo\" });\n")
        .file("Cargo.toml", "[package]\nname = \"rent\"\nversion = \"0.1.0\"\nedition = \"2021\"\n")
        .file(
            "src/lib.rs",
            "#[test]\nfn good() {}\n#[test]\nfn due() {\n    assert_eq!(300, 400, \"the rent is due\");\n}\n\
             #[test]\nfn told() -> Result<(), String> {\n    Err(\"no ledger\".into())\n}\n",
        )
        .file("tests/dies.rs", "#[test]\nfn dies() {\n    std::process::exit(3);\n}\n");
    assert_snapshot!(told(&project), @r#"
    exit: 1
      cargo: the script says so
    error: `run_tests`: 2 of 4 tests failed, 1 could not be run
     --> wharf.rhai:1:1
      |
    1 | run_tests(#{ runner: "cargo" });
      | ^^^^^^^^^
      | src/lib.rs:5 due: assertion `left == right` failed: the rent is due
      | told: Error: "no ledger"
      | --test dies: died (exit status: 3)
    hint: see all of it: `wharf logs 1 script`
    "#);
    project.write("src/lib.rs", "");
    project.write(
        "tests/dies.rs",
        "#[test]\nfn dies() {\n    std::process::exit(0);\n}\n",
    );
    assert_snapshot!(told_quietly(&project), @r#"
    exit: 1

    error: `run_tests`: a test program ended before its tests did
     --> wharf.rhai:1:1
      |
    1 | run_tests(#{ runner: "cargo" });
      | ^^^^^^^^^
    "#);
}
