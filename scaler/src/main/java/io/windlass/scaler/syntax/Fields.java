package io.windlass.scaler.syntax;

import io.windlass.scaler.syntax.Node.Entry;
import io.windlass.scaler.syntax.Node.Mapping;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Reads a mapping key by key. Each question about a key makes the key known; {@link #done()} then
 * reports every key that nobody asked about. A key whose value has the wrong form reads as absent,
 * after its problem has been recorded.
 */
public final class Fields {

  private final Mapping mapping;
  private final String path;
  private final Problems problems;
  private final Set<String> known = new LinkedHashSet<>();
  private final Set<String> later = new LinkedHashSet<>();

  private Fields(Mapping mapping, String path, Problems problems) {
    this.mapping = mapping;
    this.path = path;
    this.problems = problems;
  }

  /** The fields of a mapping; a problem if the node is anything else. */
  public static Optional<Fields> of(Node node, String path, Problems problems) {
    if (node instanceof Mapping m) {
      return Optional.of(new Fields(m, path, problems));
    }
    problems.wrong(node, path, "a mapping");
    return Optional.empty();
  }

  /** Like {@link #of}, and a key with nothing behind it is an empty mapping. */
  public static Optional<Fields> ofOptional(Node node, String path, Problems problems) {
    return node.isNothing()
        ? of(new Mapping(node.at(), List.of()), path, problems)
        : of(node, path, problems);
  }

  public Position at() {
    return mapping.at();
  }

  /** The keys that lead to this mapping; empty at the root. */
  public String path() {
    return path;
  }

  public String path(String name) {
    return path.isEmpty() ? Values.printable(name) : path + "." + Values.printable(name);
  }

  public Problems problems() {
    return problems;
  }

  /** The key's value, whatever it is. */
  public Optional<Node> node(String name) {
    known.add(name);
    return mapping.entry(name).map(Entry::value);
  }

  /** Whether the key stands here; does not make it known. */
  public boolean has(String name) {
    return mapping.entry(name).isPresent();
  }

  /** Where the key stands, or where the mapping starts. */
  public Position at(String name) {
    return mapping.entry(name).map(e -> e.key().at()).orElse(mapping.at());
  }

  /** All entries in the file's order, and all of them known: for mappings from names to things. */
  public List<Entry> entries() {
    mapping.entries().forEach(e -> known.add(e.name()));
    return mapping.entries();
  }

  /** A problem if the key does not stand here. */
  public Fields require(String... names) {
    for (String name : names) {
      known.add(name);
      if (!has(name)) {
        problems.say(mapping.at(), path, "key \"" + name + "\" is missing");
      }
    }
    return this;
  }

  public <T> Optional<T> value(String name, Values.Form<T> form) {
    return node(name).flatMap(n -> form.read(n, path(name), problems));
  }

  public Optional<String> text(String name) {
    return value(name, Values::text);
  }

  public Optional<Boolean> flag(String name) {
    return value(name, Values::flag);
  }

  public Optional<Integer> integer(String name, int min, int max) {
    return value(name, (n, p, all) -> Values.integer(n, p, min, max, all));
  }

  public Optional<Double> number(String name) {
    return value(name, Values::number);
  }

  public Optional<Duration> duration(String name, Duration min, Duration max) {
    return value(name, (n, p, all) -> Values.duration(n, p, min, max, all));
  }

  public Optional<Double> share(String name) {
    return value(name, Values::share);
  }

  /** Bytes. */
  public Optional<Long> bytes(String name) {
    return value(name, Values::bytes);
  }

  /** Bytes a second. */
  public Optional<Long> rate(String name) {
    return value(name, Values::rate);
  }

  /** Thousandths of a core. */
  public Optional<Integer> millicores(String name) {
    return value(name, Values::millicores);
  }

  /** One of the words, as text. */
  public Optional<String> word(String name, Collection<String> allowed) {
    return value(name, (node, path, all) -> Values.word(node, path, allowed, all));
  }

  public Optional<Fields> fields(String name) {
    return value(name, Fields::of);
  }

  /** A list of one form; empty where the key is absent. */
  public <T> List<T> list(String name, Values.Form<T> form) {
    return node(name).map(n -> Values.list(n, path(name), form, problems)).orElse(List.of());
  }

  public List<String> texts(String name) {
    return list(name, Values::text);
  }

  /** A mapping from names to values of one form, in the file's order. */
  public <T> SequencedMap<String, T> map(String name, Values.Form<T> form) {
    SequencedMap<String, T> out = new LinkedHashMap<>();
    fields(name)
        .ifPresent(inner ->
            inner
                .entries()
                .forEach(e ->
                    form.read(e.value(), inner.path(e.name()), problems)
                        .ifPresent(v -> out.put(e.name(), v))));
    return out;
  }

  /** Keys of the format that this version does not carry out: each one present is a problem. */
  public Fields notYet(String... names) {
    for (String name : names) {
      later.add(name);
      if (has(name)) {
        problems.notYet(at(name), path, '"' + name + '"');
      }
    }
    return this;
  }

  /** Reports every key that is not known, with the known one that was probably meant. */
  public void done() {
    for (Entry entry : mapping.entries()) {
      String name = entry.name();
      if (!known.contains(name) && !later.contains(name)) {
        List<String> all = new ArrayList<>(known);
        problems.add(
            new Problem(
                entry.key().at(),
                path,
                "unknown key \"" + Values.printable(name) + '"',
                all.isEmpty() ? "no key here" : "one of " + String.join(", ", all),
                Nearest.of(name, all)));
      }
    }
  }

  /** The names and values as they stand, for a reader that wants to hand the mapping on. */
  public Mapping mapping() {
    return mapping;
  }
}
