//! What the parser complains about.

use insta::assert_snapshot;

use super::told;

#[test]
fn what_cannot_be_parsed() {
    let told = told(&[
        "(1",
        "{",
        "let a = [1 2];",
        "let a = #{ a 1 };",
        "let a = #{ a: 1 b: 2 };",
        "let a = #{ a: 1, a: 2 };",
        "let a = #{ 5: 1 };",
        "sh(\"x\" \"y\")",
        "1 +;",
        "a b",
        "if true print(1)",
        "if { }",
        "for i of [1] { }",
        "for 5 in [1] { }",
        "for (a, a) in [1] { }",
        "do { } loop",
        "try { 1 }",
        "try { 1 } catch (5) { }",
        "switch 1 { 2 -> 3 }",
        "switch 1 { _ => 1, 2 => 3 }",
        "switch 1 { x + 1 => 3 }",
        "switch 1 { 1..3 => 1, 2 => 3 }",
        "break;",
        "continue;",
        "let 1 = 2;",
        "let new = 1;",
        "let let = 1;",
        "#{ new: 1 }",
        "1 = 2;",
        "f() = 2;",
        "const A = 1; A = 2;",
        "if x = 1 { }",
        "x === 1",
        "let x := 1;",
        "a -> b",
        "let x = 1?;",
        "@",
        "$x",
        "async fn f() { }",
        "fn (x) { }",
        "fn f { }",
        "fn f()",
        "fn f(1) { }",
        "fn f(a, a) { }",
        "fn f() { } fn f() { }",
        "if true { fn f() { } }",
        "let f = |a, a| 1;",
        "if true { export x; }",
        "export 1;",
        "import \"x\" as 5;",
        "print(this);",
        "\"abc",
        "`abc",
        "'ab'",
        "\"a\\qb\"",
        "0x",
        "let a = 1..2..3;",
        "x.5;",
        "[1][true];",
        "#{}[1];",
        "for x in 5 { }",
        "while 1 { }",
        "eval(\"1\");",
        "goto x;",
        "sh(\"x\") /* the rest;\nsh(\"y\");",
    ]);
    assert_snapshot!(told, @r#"
    (1
       `)` is missing «»
    {
       `}` is missing at the end of a block «»
    let a = [1 2];
       `,` or `]` is missing in this array «2»
    let a = #{ a 1 };
       `:` is missing after the key `a` «1»
    let a = #{ a: 1 b: 2 };
       `,` or `}` is missing in this map «b»
    let a = #{ a: 1, a: 2 };
       the key `a` is there twice «a»
    let a = #{ 5: 1 };
       a key, or `}`, is missing in this map «5»
    sh("x" "y")
       `,` or `)` is missing after an argument of `sh` «"y"»
    1 +;
       unexpected `;` «;»
    a b
       `;` is missing before this «b»
    if true print(1)
       `{` is missing before this «print»
    if { }
       a condition is missing «{»
    for i of [1] { }
       `in` is missing after the loop's variable «of»
    for 5 in [1] { }
       the name of a variable is missing «5»
    for (a, a) in [1] { }
       `a` is there twice «a»
    do { } loop
       `while` or `until` is missing after `do` «loop»
    try { 1 }
       `catch` is missing after `try` «»
    try { 1 } catch (5) { }
       the name of a variable is missing «5»
    switch 1 { 2 -> 3 }
       `->` means nothing here «->»
    switch 1 { _ => 1, 2 => 3 }
       `_` must be the last case of a `switch` «_»
    switch 1 { x + 1 => 3 }
       a case of a `switch` must be written out: text, a number, a range «+»
    switch 1 { 1..3 => 1, 2 => 3 }
       a number cannot follow a range in a `switch` «2»
    break;
       `break` and `continue` belong inside a loop «break»
    continue;
       `break` and `continue` belong inside a loop «continue»
    let 1 = 2;
       the name of a variable is missing «1»
    let new = 1;
       `new` is a reserved word «new»
       hint: use another name, or put a map's key in quotes
    let let = 1;
       the name of a variable is missing «let»
    #{ new: 1 }
       `new` is a reserved word «new»
       hint: use another name, or put a map's key in quotes
    1 = 2;
       only a variable, or an entry of one, can be assigned to «1»
    f() = 2;
       only a variable, or an entry of one, can be assigned to «f»
    const A = 1; A = 2;
       `A` is a constant «A»
    if x = 1 { }
       `=` assigns «=»
       hint: did you mean `==`?
    x === 1
       `===` means nothing here «===»
       hint: did you mean `==`?
    let x := 1;
       `:=` means nothing here «:=»
       hint: did you mean `=`?
    a -> b
       `->` means nothing here «->»
    let x = 1?;
       there is no operator `?` «?»
    @
       `@` means nothing here «@»
    $x
       `$` means nothing here «$»
    async fn f() { }
       `async` is a reserved word «async»
       hint: use another name, or put a map's key in quotes
    fn (x) { }
       the function has no name «(»
    fn f { }
       the function `f` has no parameter list «{»
    fn f()
       the function `f` has no body «»
    fn f(1) { }
       the name of a parameter, or `)`, is missing «1»
    fn f(a, a) { }
       the function `f` has two parameters `a` «a»
    fn f() { } fn f() { }
       there are two functions `f` with no parameters «fn»
    if true { fn f() { } }
       functions are defined at the top level only «fn»
       hint: a closure can be defined anywhere: `let f = |x| …;`
    let f = |a, a| 1;
       the closure has two parameters `a` «a»
    if true { export x; }
       `export` belongs at the top level «export»
    export 1;
       the name of a variable is missing «1»
    import "x" as 5;
       the name of a variable is missing «5»
    print(this);
       `this` has a meaning in functions only «this»
    "abc
       this text has no closing quote «"abc»
    `abc
       this text has no closing quote «`abc»
    'ab'
       `'ab'` is no single character «'ab'»
       hint: text stands in double quotes
    "a\qb"
       `\q` is no escape sequence «qb»
       hint: a backslash itself is written `\\`
    0x
       this is no number «0x»
    let a = 1..2..3;
       `..` does not work with a range and a whole number «..»
    x.5;
       the name of a property or method is missing «5»
    [1][true];
       items are counted with whole numbers, not true or false «true»
    #{}[1];
       a map has texts as keys, not a number «1»
    for x in 5 { }
       `for` goes through an array, a range or a text, not a number «5»
    while 1 { }
       a condition must be true or false, not a number «1»
    eval("1");
       there is no `eval`: a script can be checked only as it is written «eval»
    goto x;
       `goto` is a reserved word «goto»
       hint: use another name, or put a map's key in quotes
    sh("x") /* the rest;⏎sh("y");
       this comment has no end «/*»
    "#);
}

#[test]
fn what_is_missing_is_told_with_where() {
    let told = told(&[
        "fn f(a b) {}",
        "let f = |a b| 1;",
        "let a = [1, 2",
        "switch 1 5",
        "switch 1 { 1 => 2 3 => 4 }",
        "switch 1 { 1 => 2",
        "log!",
        "try { 1 } catch (a b) { }",
        "for (a, b c in [1] { }",
        "private let x = 1;",
    ]);
    assert_snapshot!(told, @"
    fn f(a b) {}
       `,` or `)` is missing after a parameter of `f` «b»
    let f = |a b| 1;
       `,` or `|` is missing after a parameter of the closure «b»
    let a = [1, 2
       `]` is missing at the end of this array «»
    switch 1 5
       `{` is missing before the cases of `switch` «5»
    switch 1 { 1 => 2 3 => 4 }
       `,` or `}` is missing after a case of `switch` «3»
    switch 1 { 1 => 2
       `}` is missing at the end of `switch` «»
    log!
       `(` is missing after `!` «»
    try { 1 } catch (a b) { }
       `)` is missing after the variable of `catch` «b»
    for (a, b c in [1] { }
       `)` is missing after the variables of `for` «c»
    private let x = 1;
       `private` can stand before `fn` only «let»
    ");
}

#[test]
fn slips_are_told_with_what_was_meant() {
    let told = told(&[
        "stage(\"a\", { needs: [\"b\"] }, || 1)",
        "sh(\"x\", cwd: \"src\")",
        "stage('a', || 1)",
        "let name = 'a'; stage(name, || 1)",
        "stage(\"a\" || sh(\"true\"))",
        "stage(\"a\", || { y = 3; })",
        "fn f(a = 5) {}",
        "fn f(a: int) {}",
        "sh \"ls\"",
        "print \"ls\"",
        "let a = null;",
    ]);
    assert_snapshot!(told, @r#"
    stage("a", { needs: ["b"] }, || 1)
       `;` is missing before this «:»
       hint: a map is written `#{ … }`
    sh("x", cwd: "src")
       `,` or `)` is missing after an argument of `sh` «:»
       hint: options are given as a map: `#{ cwd: … }`
    stage('a', || 1)
       the name of a stage must be text, not a character «'a'»
       hint: text stands in double quotes
    let name = 'a'; stage(name, || 1)
       `stage` cannot be called with a character and a function «stage»
       hint: text stands in double quotes
    stage("a" || sh("true"))
       a condition must be true or false, not text «"a"»
       hint: is a `,` missing before the closure?
    stage("a", || { y = 3; })
       unknown variable `y` «y»
       hint: `let y = …` declares it
    fn f(a = 5) {}
       `,` or `)` is missing after a parameter of `f` «=»
       hint: no parameter has a default: write another function of this name without it
    fn f(a: int) {}
       `,` or `)` is missing after a parameter of `f` «:»
       hint: no parameter has a type: its name is enough
    sh "ls"
       `;` is missing before this «"ls"»
       hint: arguments stand in parentheses: `sh(…)`
    print "ls"
       `print` is a reserved word «print»
       hint: arguments stand in parentheses: `print(…)`
    let a = null;
       `null` is a reserved word «null»
       hint: nothing is written `()`
    "#);
}
