//! The C interface of nodes, called from C in an executable: its types are written out as the table of the interface says.

use crate::fixture::{LIMIT, Place, Running, go_on, signal};
use snow_bytecode::fingerprint::Fingerprints;
use snow_bytecode::module::Module;
use snow_bytecode::types::Type;
use snow_tests::command;
use snow_vm::abi::layout;
use std::fmt::Write;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

/// A cookie of one word.
const COOKIE: &str = "a-cookie-of-one-word";

/// What both sides have.
const BOTH: &str = r#"
actor teller(node :: String, name :: String, n :: Int) do
  send((name, node), n)
end

actor waiter(name :: String) do
  Process.register(name, self())
  receive do n -> n + 1 end
end

actor failing(n :: Int) do
  panic("boom ${n}")
end

pub fn refused(n :: Int) -> () = println(n)

fn say(x) do
  println(x)
  IO.flush()
end
"#;

const WORKER: &str = r#"
fn main() do
  Node.start("worker@127.0.0.1:0", List.head(Env.args()))
  say(Node.self())
  receive do n -> say(n + 1) end
end
"#;

/// Each text that begins with `C:` and ends with `|` is a command to the C part, which says what has come of it. The bar is an argument, so that no text is put together by the compiler.
const BOSS: &str = r#"
fn c(command :: String) -> () do
  if String.length("C:" <> command <> Env.args()[2]) < 0 do say("never") end
end

fn main() do
  let worker = Env.args()[0]
  c("self")
  c("monitor ${worker}")
  c("start boss@127.0.0.1:0 short")
  c("start boss@127.0.0.1:0 ${Env.args()[1]}")
  c("start boss@127.0.0.1:0 ${Env.args()[1]}")
  c("self")
  c("spawn ${worker} Main.failing 0 n 1")
  c("connect nobody@127.0.0.1:1")
  c("connect ${worker}")
  c("list")
  c("monitor ${worker}")
  c("register")
  Process.register("boss", self())
  let ticks = spawn(ticker, 0)
  c("spawn ${worker} Main.teller 0 ssn ${Node.self()} boss 7")
  receive do n -> say(n + 0) end
  c("spawn ${worker} Main.nothing 0 n 1")
  c("spawn ${worker} Main.failing 0 s text")
  c("spawn ${worker} Main.failing 0 nn 1 2")
  c("spawn ${worker} Main.refused 0 n 1")
  c("wrong ${worker} Main.failing 0 n 1")
  Process.trap_exit(true)
  c("spawn ${worker} Main.failing 1 n 5")
  receive do Exit(_, why) -> say(why) end
  for node in [worker, Node.self()] do
    c("spawn ${node} Main.waiter 0 s waiter")
    c("watch")
    c("unwatch")
    c("unwatch")
    c("watch")
    wait_for(node)
    c("send nobody ${node} 3")
    c("text waiter ${node} 3")
    c("send waiter ${node} 8")
    receive do Down(_, _, why) -> say(why) end
  end
  Process.exit(ticks, Killed)
  say("stop")
  IO.read_line()
  c("spawn ${worker} Main.failing 1 n 6")
  Node.stop()
  c("self")
end

fn wait_for(node :: String) -> () do
  let found :: Option<Pid<Int>> = Node.whereis("waiter", node)
  if found == None do
    Process.sleep(10)
    wait_for(node)
  end
end

# Runs while C code waits.
actor ticker(n :: Int) do
  Process.sleep(1)
  ticker(n + 1)
end
"#;

const C: &str = r#"
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int64_t snow_node_start(const char *name, int64_t len, const char *cookie, int64_t cookie_len, int64_t port);
int64_t snow_node_connect(const char *name, int64_t len);
void *snow_node_self(void);
void *snow_node_list(void);
int64_t snow_node_monitor(const char *node, int64_t len);
int64_t snow_node_spawn(const char *node, int64_t len, const char *function, int64_t function_len, const void *args, int64_t size, int8_t link);
void snow_register_function(const char *name, int64_t len, const void *function);
int64_t snow_process_monitor(int64_t pid);
int64_t snow_process_demonitor(int64_t monitor);
void snow_actor_send_named(const char *name, int64_t len, const char *node, int64_t node_len, const void *message, int64_t size);
void snow_drop(void *ctx, void *cell);
void *__real_snow_text_concat(void *ctx, void *a, void *b);

static const char *text_of(const uint64_t *cell, uint64_t *len) {
    *len = cell[TEXT_LEN_WORD];
    if (cell[0] >> 56 == TEXT_FLAT) return (const char *)(cell + TEXT_BYTES_WORD);
    return (const char *)cell[TEXT_ADDRESS_WORD];
}

struct print { const char *name; unsigned char bytes[16]; };
static const struct print prints[] = { PRINTS };

static size_t begin(unsigned char *out, const char *name, int wrong) {
    memset(out, 9, 16);
    for (size_t i = 0; i < sizeof prints / sizeof *prints; i++)
        if (!strcmp(prints[i].name, name) && !wrong) memcpy(out, prints[i].bytes, 16);
    return 16;
}

static size_t text(unsigned char *out, const char *word) {
    size_t len = strlen(word);
    out[0] = 0xd9;
    out[1] = len;
    memcpy(out + 2, word, len);
    return len + 2;
}

static int64_t last_pid, last_monitor;

static int64_t spawn(char **words, int count, int wrong) {
    unsigned char args[512];
    size_t size = begin(args, words[2], wrong);
    int values = count - 5;
    args[size++] = 0x90 + values;
    for (int i = 0; i < values; i++) {
        if (words[4][i] == 's') size += text(args + size, words[5 + i]);
        else args[size++] = words[5 + i][0] - '0';
    }
    int64_t got = snow_node_spawn(words[1], strlen(words[1]), words[2], strlen(words[2]), args, size, words[3][0] - '0');
    if (got > 255) last_pid = got;
    return got;
}

static void send_it(char **words, int is_text) {
    unsigned char message[64];
    size_t size = begin(message, is_text ? "String" : "Int", 0);
    message[size++] = 0x91;
    if (is_text) size += text(message + size, words[3]);
    else message[size++] = words[3][0] - '0';
    snow_actor_send_named(words[1], strlen(words[1]), words[2], strlen(words[2]), message, size);
}

static const char *kind(int64_t got) {
    static char number[32];
    if (got > 255) return "large";
    snprintf(number, sizeof number, "%d", (int)got);
    return number;
}

static void obey(void *ctx, char **words, int count) {
    const char *what = words[0], *one = words[1];
    if (!strcmp(what, "start")) {
        printf("start %s\n", kind(snow_node_start(one, strlen(one), words[2], strlen(words[2]), 0)));
    } else if (!strcmp(what, "connect")) {
        printf("connect %s\n", kind(snow_node_connect(one, strlen(one))));
    } else if (!strcmp(what, "self")) {
        uint64_t *cell = snow_node_self(), len = 0;
        const char *name = cell ? text_of(cell, &len) : "";
        printf("self %.*s\n", (int)(len < 15 ? len : 15), name);
        if (cell) snow_drop(ctx, cell);
    } else if (!strcmp(what, "list")) {
        uint64_t *cell = snow_node_list();
        printf("list %d\n", cell ? (int)cell[LIST_LEN_WORD] : -1);
        if (cell) snow_drop(ctx, cell);
    } else if (!strcmp(what, "monitor")) {
        printf("monitor %s\n", kind(snow_node_monitor(one, strlen(one))));
    } else if (!strcmp(what, "spawn") || !strcmp(what, "wrong")) {
        printf("spawn %s\n", kind(spawn(words, count, what[0] == 'w')));
    } else if (!strcmp(what, "watch")) {
        last_monitor = snow_process_monitor(last_pid);
        printf("watch %s\n", kind(last_monitor));
    } else if (!strcmp(what, "unwatch")) {
        printf("unwatch %s\n", kind(snow_process_demonitor(last_monitor)));
    } else if (!strcmp(what, "send") || !strcmp(what, "text")) {
        send_it(words, what[0] == 't');
        printf("sent\n");
    } else if (!strcmp(what, "register")) {
        struct { void *uniform, *native; unsigned char print[16]; uint32_t func, kind; } entry = { 0, 0, { 0 }, 0xffffffff, 0 };
        snow_register_function("Main.by_c", 9, &entry);
        printf("registered\n");
    }
    fflush(stdout);
}

void *__wrap_snow_text_concat(void *ctx, void *a, void *b) {
    uint64_t *cell = __real_snow_text_concat(ctx, a, b), len;
    const char *start = text_of(cell, &len);
    if (len < 400 && len > 3 && !memcmp(start, "C:", 2) && start[len - 1] == '|') {
        char line[400], *words[12], *rest = line;
        int count = 0;
        memcpy(line, start + 2, len - 3);
        line[len - 3] = 0;
        while (count < 12 && (words[count] = strsep(&rest, " "))) count++;
        obey(ctx, words, count);
    }
    return cell;
}
"#;

/// Fingerprints of what is started and sent, as the C part has them.
fn prints(module: &Module) -> String {
    let mut prints = Fingerprints::new(&module.types);
    let mut all = Vec::new();
    for export in &module.exports {
        if let Some(code) = &export.code {
            let print = prints.of_function(&code.params, code.ret, code.mailbox);
            all.push((export.name.clone(), print.0));
        }
    }
    for (at, ty) in module.types.types.iter().enumerate() {
        let id = snow_bytecode::types::TypeId(at as u32);
        match ty {
            Type::Int => all.push(("Int".to_owned(), prints.of(id).0)),
            Type::String => all.push(("String".to_owned(), prints.of(id).0)),
            _ => {}
        }
    }
    let mut text = String::new();
    for (name, print) in all {
        write!(text, "{{ \"{name}\", {{ ").unwrap();
        for byte in print.to_le_bytes() {
            write!(text, "{byte}, ").unwrap();
        }
        text += "} }, ";
    }
    text
}

/// An executable of the program with the C part in it.
fn compile(place: &Place) {
    let path = place.0.path();
    let mut build = Command::new(command::snow().unwrap());
    build.current_dir(path);
    build.args(["build", "boss.snow", "-o", "boss.snowb"]);
    let built = command::run(&mut build, "", LIMIT).unwrap();
    assert_eq!(built.code, Some(0), "{built:?}");
    let module = snow_bytecode::decode::decode(&fs::read(path.join("boss.snowb")).unwrap());
    let defines = [
        ("TEXT_LEN_WORD", layout::TEXT_LEN_WORD),
        ("TEXT_BYTES_WORD", layout::TEXT_BYTES_WORD),
        ("TEXT_ADDRESS_WORD", layout::TEXT_ADDRESS_WORD),
        ("TEXT_FLAT", layout::TEXT_FLAT.into()),
        ("LIST_LEN_WORD", layout::LIST_LEN_WORD),
    ];
    let mut c = String::from("#define _GNU_SOURCE\n");
    for (name, value) in defines {
        writeln!(c, "#define {name} {value}").unwrap();
    }
    writeln!(c, "#define PRINTS {}", prints(&module.unwrap())).unwrap();
    fs::write(path.join("part.c"), c + C).unwrap();
    let linker = path.join("cc-with-part");
    let text = format!(
        "#!/bin/sh\nexec cc {}/part.c \"$@\" -Wl,--wrap=snow_text_concat\n",
        path.display()
    );
    fs::write(&linker, text).unwrap();
    fs::set_permissions(&linker, fs::Permissions::from_mode(0o755)).unwrap();
    let mut compile = Command::new(command::snow().unwrap());
    compile.current_dir(path).env("CC", &linker);
    compile.args(["aot", "-O0", "-o", "boss", "boss.snow"]);
    let compiled = command::run(&mut compile, "", 3 * LIMIT).unwrap();
    assert_eq!(compiled.code, Some(0), "{compiled:?}");
}

/// All ten, on a node that C has started. There is one thread for actors, which others use while C code waits.
#[test]
fn c_code_starts_a_node_and_works_with_others() {
    let place = Place::new();
    place.write("worker.snow", &[BOTH, WORKER]);
    place.write("boss.snow", &[BOTH, BOSS]);
    compile(&place);
    let mut worker = place.snow("worker.snow", &[COOKIE]);
    worker.env("SNOW_SCHEDULERS", "1");
    let worker = Running::start(worker);
    let name = worker.line();
    let mut boss = place.executable("boss", &[&name, COOKIE, "|"]);
    boss.env("SNOW_SCHEDULERS", "1");
    let mut boss = Running::start_with_input(boss);
    let lines = |count: usize| (0..count).map(|_| boss.line()).collect::<Vec<_>>();
    assert_eq!(
        lines(12),
        [
            "self ",
            "monitor 5",
            "start 0",
            "start 1",
            "start 0",
            "self boss@127.0.0.1:",
            "spawn 5",
            "connect 5",
            "connect 1",
            "list 1",
            "monitor 1",
            "registered",
        ]
    );
    let statuses = ["spawn 1", "spawn 2", "spawn 2", "spawn 3", "spawn 2"];
    assert_eq!(lines(2), ["spawn large", "7"]);
    assert_eq!(lines(5), statuses);
    assert_eq!(lines(2), ["spawn large", "Crash(boom 5)"]);
    for _ in 0..2 {
        let round = [
            "spawn large",
            "watch large",
            "unwatch 1",
            "unwatch 0",
            "watch large",
            "sent",
            "sent",
            "sent",
            "Normal",
        ];
        assert_eq!(lines(round.len()), round);
    }
    assert_eq!(boss.line(), "stop");
    signal(&worker.child, "-STOP");
    go_on(&mut boss);
    assert_eq!(boss.line(), "spawn 6");
    signal(&worker.child, "-CONT");
    assert_eq!(boss.line(), "self ");
    assert!(boss.child.wait().unwrap().success());
}
