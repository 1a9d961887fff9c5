package io.windlass.engine.pipeline;

import io.windlass.scaler.syntax.Fields;
import io.windlass.scaler.syntax.Node;
import io.windlass.scaler.syntax.Node.Entry;
import io.windlass.scaler.syntax.Problems;
import io.windlass.scaler.syntax.Values;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The forms of values that several parts of the file share, under one set of limits. */
record Forms(Limits limits) {

  /** A word that names a step; also a directory's and a status's name. */
  static final Pattern STEP = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,62}");

  /** An environment, process or target; also part of host names and metric labels. */
  static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,39}");

  static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");

  private static final Pattern STEP_IMAGE =
      Pattern.compile("(?:[A-Za-z0-9./:@_-]|\\$\\{\\{[^}]{1,100}}}){1,400}");

  private static final String VARIABLE_FORM = "a name of letters, digits and _";

  /** What Windlass itself says to steps and replicas. */
  private static boolean isOurs(String variable) {
    return variable.equals("PORT") || variable.startsWith("WINDLASS_");
  }

  /** Whether a key is a name of this form; a problem if it is not. */
  static boolean isName(Entry entry, String path, Pattern form, Problems problems) {
    if (form.matcher(entry.name()).matches()) {
      return true;
    }
    String letters = form == NAME ? "small letters, digits and -" : "letters, digits, - and _";
    problems.say(
        entry.key().at(),
        path,
        "name \""
            + Values.printable(entry.name())
            + "\" is not made of "
            + letters
            + ", beginning with a letter");
    return false;
  }

  /** Variables whose values may hold expressions. */
  Map<String, String> variables(Fields fields, String key) {
    Map<String, String> out = new LinkedHashMap<>();
    Optional<Fields> inner = fields.fields(key);
    if (inner.isEmpty()) {
      return out;
    }
    Fields env = inner.get();
    Problems problems = fields.problems();
    int bytes = 0;
    for (Entry e : env.entries()) {
      checkVariable(e.name(), e.key(), env.path(), problems);
      Optional<String> value = Expressions.value(e.value(), env.path(e.name()), problems);
      value.ifPresent(v -> refuseNul(v, e.value(), env.path(e.name()), problems));
      value.ifPresent(v -> out.put(e.name(), v));
      bytes += bytes(e.name()) + value.map(Forms::bytes).orElse(0);
    }
    atMost(env.entries().size(), limits.variables(), "variables", env.at(), env.path(), problems);
    atMost(bytes, limits.variableBytes(), "bytes of variables", env.at(), env.path(), problems);
    return out;
  }

  /** Names of secrets, which become variables. */
  List<String> secrets(Fields fields) {
    List<String> names = fields.list("secrets", this::secret);
    checkList(fields, "secrets", names, limits.secrets());
    return names;
  }

  private Optional<String> secret(Node node, String path, Problems problems) {
    Optional<String> name = Values.text(node, path, problems);
    name.ifPresent(n -> checkVariable(n, node, path, problems));
    return name;
  }

  private static void checkVariable(String name, Node node, String path, Problems problems) {
    if (!VARIABLE.matcher(name).matches()) {
      problems.add(node.at(), path, "variable \"" + Values.printable(name) + '"', VARIABLE_FORM);
    } else if (isOurs(name)) {
      problems.say(node.at(), path, "variable \"" + name + "\" is set by Windlass");
    }
  }

  /** Shell text of a length that a program can be started with. */
  Optional<String> shell(Node node, String path, Problems problems) {
    Optional<String> text = Expressions.shell(node, path, problems);
    text.ifPresent(t -> {
      if (t.isBlank()) {
        problems.wrong(node, path, "shell text");
      }
      refuseNul(t, node, path, problems);
      atMost(bytes(t), limits.shellBytes(), "bytes of shell text", node.at(), path, problems);
    });
    return text;
  }

  /** Text with at least one character and no control character. */
  static Optional<String> word(Node node, String path, Problems problems) {
    Optional<String> text = Values.text(node, path, problems);
    return text.filter(t ->
        problems.isRight(
            !t.isBlank() && t.chars().noneMatch(Character::isISOControl),
            node,
            path,
            "text on one line"));
  }

  /** The reference of an image that a step runs in; may hold expressions. */
  static Optional<String> stepImage(Node node, String path, Problems problems) {
    return Expressions.value(node, path, problems)
        .filter(t ->
            problems.isRight(
                STEP_IMAGE.matcher(t).matches(), node, path, "an image such as node:22"));
  }

  /** A path below the workspace: no way out of it. */
  static Optional<String> insidePath(Node node, String path, Problems problems) {
    return word(node, path, problems)
        .filter(t ->
            problems.isRight(
                !t.startsWith("/")
                    && !List.of(t.split("/", -1)).contains("..")
                    && !t.contains("\\"),
                node,
                path,
                "a path inside the repository"));
  }

  /** Reports a list that is too long or names something twice. */
  void checkList(Fields fields, String key, Collection<String> items, int most) {
    Set<String> seen = new HashSet<>();
    List<String> twice = new ArrayList<>();
    items.stream().filter(i -> !seen.add(i)).distinct().forEach(twice::add);
    twice.forEach(t ->
        fields
            .problems()
            .say(fields.at(key), fields.path(key), '"' + Values.printable(t) + "\" twice"));
    atMost(items.size(), most, "entries", fields.at(key), fields.path(key), fields.problems());
  }

  static void atMost(
      int size,
      int most,
      String what,
      io.windlass.scaler.syntax.Position at,
      String path,
      Problems problems) {
    if (size > most) {
      problems.add(at, path, size + " " + what, "at most " + most);
    }
  }

  private static void refuseNul(String text, Node node, String path, Problems problems) {
    if (text.indexOf('\0') >= 0) {
      problems.say(node.at(), path, "a NUL character, which no program can be given");
    }
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
