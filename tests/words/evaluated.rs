//! What goes wrong while a script runs.

use insta::assert_snapshot;

use super::told;
use crate::harness::Project;

#[test]
fn values_that_do_not_fit() {
    let told = told(&[
        "let a = 5; a.depth;",
        "let a = 5; a.depth = 3;",
        "let a = #{}; a.b.c;",
        "let a = #{}; a.b.c = 1;",
        "let a = (); a[0];",
        "let a = true; a[0];",
        "let a = #{}; let i = 1; a[i];",
        "let a = [1]; let i = \"x\"; a[i];",
        "let a = [1, 2]; a[5];",
        "let a = []; a[0];",
        "let a = \"quay\"; a[9];",
        "let n = 5; for x in n { }",
        "let n = 1; if n { }",
        "let n = \"\"; while n { }",
        "let a = \"a\"; a * 3;",
        "let a = #{}; a.count += 1;",
        "let a = []; -a;",
        "let a = #{}; a > 1;",
        "let a = 9223372036854775807; a + 1;",
        "let a = 0; 1 / a;",
        "let a = 0; 1 % a;",
        "let a = 2; a ** 100;",
        "const A = [1]; A.push(2);",
    ]);
    assert_snapshot!(told, @r#"
    let a = 5; a.depth;
       a whole number has no property `depth` «depth»
    let a = 5; a.depth = 3;
       `depth` of a whole number cannot be set «depth»
    let a = #{}; a.b.c;
       the map has no key `b` «b»
       hint: `"b" in map` asks for it; `map.get("b") ?? …` gives it a default
    let a = #{}; a.b.c = 1;
       the map has no key `b` «b»
       hint: `"b" in map` asks for it; `map.get("b") ?? …` gives it a default
    let a = (); a[0];
       there are no entries in nothing «[»
    let a = true; a[0];
       true or false has no entries «[»
    let a = #{}; let i = 1; a[i];
       expected text, got a whole number «i»
    let a = [1]; let i = "x"; a[i];
       expected a whole number, got text «i»
    let a = [1, 2]; a[5];
       there is no item 5 in an array of 2 «5»
    let a = []; a[0];
       there is no item 0: the array is empty «0»
    let a = "quay"; a[9];
       there is no character 9 in a text of 4 «9»
    let n = 5; for x in n { }
       `for` goes through an array, a range or a text, not this «n»
    let n = 1; if n { }
       a condition must be true or false, not a whole number «n»
    let n = ""; while n { }
       a condition must be true or false, not text «n»
    let a = "a"; a * 3;
       `*` does not work with text and a whole number «*»
    let a = #{}; a.count += 1;
       `+` does not work with nothing and a whole number «+=»
       hint: `map.get("key") ?? …` gives a default where the map has no such key
    let a = []; -a;
       `-` does not work with an array «-»
    let a = #{}; a > 1;
       is run
    let a = 9223372036854775807; a + 1;
       `9223372036854775807 + 1` is too large a number «+»
    let a = 0; 1 / a;
       division by zero: `1 / 0` «/»
    let a = 0; 1 % a;
       `1 % 0` has no result «%»
    let a = 2; a ** 100;
       `2 ** 100` is too large a number «**»
    const A = [1]; A.push(2);
       `push` would change a constant «push»
    "#);
}

#[test]
fn calls_and_throws_that_go_wrong() {
    let told = told(&[
        "parse_int(\"four\");",
        "parse_float(\"four\");",
        "let a = \"1\"; a.to_int();",
        "let f = \"name\"; f.call();",
        "let f = |a| a; f.call();",
        "let y = 1; let f = |a| a + y; f.call(1, 2);",
        "let f = Fn(\"nowhere\"); f.call();",
        "Fn(\"two words\");",
        "fn f(a) { a } let g = Fn(\"f\"); g.call(1, 2);",
        "fn f() { f() } f();",
        "let s = \"aa\"; loop { s += s; }",
        "let a = [1]; loop { a += a; }",
        "let f = |x| x; f.curry(1).depth;",
        "throw;",
        "throw 5;",
        "throw \"full\";",
        "throw [1];",
        "throw #{ code: 1 };",
        "throw #{ message: \"full\" };",
        "throw || 1;",
        "exit(1);",
        "let e = (); try { fail(\"a\") } catch (err) { e = err } e.mesage;",
        "import \"no\" + \"where\" as it;",
        "let n = \"x\"; stage(\"a\", n);",
        "let n = 1; sh(\"true\", n);",
    ]);
    assert_snapshot!(told, @r#"
    parse_int("four");
       `four` is no whole number «parse_int»
    parse_float("four");
       `four` is no number «parse_float»
    let a = "1"; a.to_int();
       `to_int` cannot be called with text «to_int»
       hint: it takes a number, or a whole number
    let f = "name"; f.call();
       expected a function, got text «call»
    let f = |a| a; f.call();
       the closure has 1 parameter more than it is called with «call»
    let y = 1; let f = |a| a + y; f.call(1, 2);
       the closure is called with 1 argument more than it has parameters «call»
    let f = Fn("nowhere"); f.call();
       unknown function `nowhere` «call»
    Fn("two words");
       unknown function `two words` «"two words"»
    fn f(a) { a } let g = Fn("f"); g.call(1, 2);
       `f` takes 1 argument, not 2 «call»
    fn f() { f() } f();
       functions call each other too deeply «f»
       hint: is there a function that always calls itself?
    let s = "aa"; loop { s += s; }
       a text grew too large «+=»
    let a = [1]; loop { a += a; }
       an array grew too large «+=»
    let f = |x| x; f.curry(1).depth;
       a function has no property `depth` «depth»
    throw;
       the script threw an error without a message «throw»
    throw 5;
       5 «throw»
    throw "full";
       full «throw»
    throw [1];
       the script threw [1] «throw»
    throw #{ code: 1 };
       the script threw #{"code": 1} «throw»
    throw #{ message: "full" };
       full «throw»
    throw || 1;
       the script threw a function «throw»
    exit(1);
       there is no `exit` «exit»
       hint: `return` ends a stage early, `fail("…")` makes it fail
    let e = (); try { fail("a") } catch (err) { e = err } e.mesage;
       a failure has no property `mesage` «mesage»
       hint: did you mean `message`?
    import "no" + "where" as it;
       there is no module `nowhere` «+»
       hint: it would be the file `nowhere.rhai`
    let n = "x"; stage("a", n);
       `stage` cannot be called with text and text «stage»
       hint: it takes text and a function
    let n = 1; sh("true", n);
       `sh` cannot be called with text and a whole number «sh»
       hint: it takes any value and a map
    "#);
}

#[test]
fn values_in_messages() {
    let project = Project::new().script(
        r#"fn named() {}
try { sh("exit 3") } catch (err) {
    log(err);
    log([err]);
    log(#{ why: err });
    log(param("x", err));
    warn(err);
    debug(err);
}
log([|| 1, Fn("named")]);
log("abc".chars());
log(bits(5));
log([1, "a", 'c', 1.5, (), 1..3, timestamp()]);
debug(|| 1);
for value in [|| 1, #{ why: || 1 }, "abc".chars()] {
    for act in [|| fail(value), || { throw value }] {
        try { act.call() } catch (err) { log(`${if type_of(err) == "failure" { err.message } else { err }}`) }
    }
}
try { sh("exit 4") } catch (err) { sh(err) }
"#,
    );
    assert_snapshot!(project.run(["run"]).all(), @r#"
    exit: 2
    ── stderr
    ▸ script
      `sh`: the command ended with exit code 3
      [`sh`: the command ended with exit code 3]
      #{"why": `sh`: the command ended with exit code 3}
      `sh`: the command ended with exit code 3
      warning: `sh`: the command ended with exit code 3
      wharf.rhai:8:5 `sh`: the command ended with exit code 3
      [a closure, the function `named`]
      a sequence
      a sequence
      [1, "a", 'c', 1.5, (), 1..3, a timestamp]
      wharf.rhai:14:1 a closure
      a closure
      a closure
      #{"why": a closure}
      #{"why": a closure}
      a sequence
      range
    ✗ script failed after [time]
    1 failed in [time]
    error: option `command` of `sh` must be text, not a failure
      --> wharf.rhai:20:39
       |
    20 | try { sh("exit 4") } catch (err) { sh(err) }
       |                                       ^^^
    hint: the text of a failure is its `message`
    "#);
}

#[test]
fn keys_that_a_map_does_not_have() {
    let told = told(&[
        "let pushed = #{ reference: \"a\" }; pushed.refrence;",
        "let a = #{}; a.quay;",
        "let a = #{}; let key = \"quay\"; a[key];",
        "let a = #{}; a.quay.name = 1;",
        "let a = #{}; a?.quay;",
        "let a = #{ quay: () }; a.quay; a.pier = 1; a.get(\"boat\"); \"boat\" in a;",
        "let tag = (); docker_build(#{ tag: tag });",
    ]);
    assert_snapshot!(told, @r#"
    let pushed = #{ reference: "a" }; pushed.refrence;
       the map has no key `refrence` «refrence»
       hint: did you mean `reference`?
    let a = #{}; a.quay;
       the map has no key `quay` «quay»
       hint: `"quay" in map` asks for it; `map.get("quay") ?? …` gives it a default
    let a = #{}; let key = "quay"; a[key];
       the map has no key `quay` «key»
       hint: `"quay" in map` asks for it; `map.get("quay") ?? …` gives it a default
    let a = #{}; a.quay.name = 1;
       the map has no key `quay` «quay»
       hint: `"quay" in map` asks for it; `map.get("quay") ?? …` gives it a default
    let a = #{}; a?.quay;
       the map has no key `quay` «quay»
       hint: `"quay" in map` asks for it; `map.get("quay") ?? …` gives it a default
    let a = #{ quay: () }; a.quay; a.pier = 1; a.get("boat"); "boat" in a;
       is run
    let tag = (); docker_build(#{ tag: tag });
       option `tag` of `docker_build` is nothing, `()` «tag»
       hint: leave the option out where it has no value
    "#);
}

#[test]
fn numbers_and_names_that_functions_cannot_use() {
    let told = told(&[
        "2 ** -1",
        "parse_int(\"12\", 50)",
        "range(1, 10, 0)",
        "let least = -9223372036854775807 - 1; -least",
        "let least = -9223372036854775807 - 1; abs(least)",
        "timestamp() + 9223372036854775807",
        "Fn(\"\")",
        "Fn(\"print\").call(1)",
    ]);
    assert_snapshot!(told, @r#"
    2 ** -1
       a whole number cannot be raised to a negative power: `2 ** -1` «**»
    parse_int("12", 50)
       a base is from 2 to 36, not `50` «parse_int»
    range(1, 10, 0)
       the step of a range cannot be zero «range»
    let least = -9223372036854775807 - 1; -least
       this is too large a number «-»
    let least = -9223372036854775807 - 1; abs(least)
       `-(-9223372036854775808)` is too large a number «abs»
    timestamp() + 9223372036854775807
       a timestamp cannot be moved that far «+»
    Fn("")
       the name of the function is empty «""»
    Fn("print").call(1)
       `Fn` cannot stand for `print` «"print"»
       hint: a closure can: `|value| print(value)`
    "#);
}
