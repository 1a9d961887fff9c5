package io.windlass.scaler.syntax;

import io.windlass.scaler.syntax.Node.Entry;
import io.windlass.scaler.syntax.Node.Mapping;
import io.windlass.scaler.syntax.Node.Scalar;
import io.windlass.scaler.syntax.Node.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;

/**
 * Builds positioned nodes from the parser's events. The library's own composer would throw at the
 * first duplicate key and counts aliases without their size; here every mistake of this level is
 * collected, and an alias costs as much as a copy of what it names.
 */
final class Composer {

  /** The document is over a limit, and reading on would cost what the limit protects. */
  static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refused() {
      super(null, null, false, false);
    }
  }

  private record Anchored(Node node, int size) {}

  private final String file;
  private final Iterator<Event> events;
  private final Yaml.Limits limits;
  private final Problems problems;
  private final Map<Anchor, Anchored> anchors = new HashMap<>();
  private int nodes;

  Composer(String file, Iterator<Event> events, Yaml.Limits limits, Problems problems) {
    this.file = file;
    this.events = events;
    this.limits = limits;
    this.problems = problems;
  }

  Optional<Node> document() {
    next(); // stream start
    Event first = next();
    if (first.getEventId() == Event.ID.StreamEnd) {
      problems.say(new Position(file, 1, 1), "", "the file is empty");
      return Optional.empty();
    }
    Node root = node(next(), 0);
    next(); // document end
    Event after = next();
    if (after.getEventId() != Event.ID.StreamEnd) {
      problems.add(at(after), "", "a second document", "one document in a file");
    }
    return Optional.of(root);
  }

  private Node node(Event event, int depth) {
    Position at = at(event);
    if (depth > limits.depth()) {
      refuse(at, "nested deeper than " + limits.depth() + " levels");
    }
    if (event instanceof AliasEvent alias) {
      return aliased(alias, at);
    }
    int before = nodes;
    count(1, at);
    Node node =
        switch (event) {
          case ScalarEvent s -> {
            refuseTag(s.getTag(), at);
            yield new Scalar(at, s.getValue(), s.isPlain());
          }
          case SequenceStartEvent s -> {
            refuseTag(s.getTag(), at);
            yield sequence(at, depth);
          }
          case MappingStartEvent m -> {
            refuseTag(m.getTag(), at);
            yield mapping(at, depth);
          }
          default -> throw new IllegalStateException("The YAML parser gave " + event);
        };
    if (event instanceof NodeEvent named) {
      int size = nodes - before;
      named.getAnchor().ifPresent(a -> anchors.put(a, new Anchored(node, size)));
    }
    return node;
  }

  private Node aliased(AliasEvent alias, Position at) {
    Anchored target = anchors.get(alias.getAlias());
    if (target == null) {
      // Also a value that contains itself: its anchor is known only once it is complete.
      problems.say(
          at, "", "alias *" + Values.printable(alias.getAlias().getValue()) + " names nothing");
      count(1, at);
      return new Scalar(at, "", true);
    }
    count(target.size(), at);
    return target.node();
  }

  private Sequence sequence(Position at, int depth) {
    List<Node> items = new ArrayList<>();
    for (Event e = next(); e.getEventId() != Event.ID.SequenceEnd; e = next()) {
      items.add(node(e, depth + 1));
    }
    return new Sequence(at, items);
  }

  private Mapping mapping(Position at, int depth) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (Event e = next(); e.getEventId() != Event.ID.MappingEnd; e = next()) {
      Position keyAt = at(e);
      Node key = node(e, depth + 1);
      Node value = node(next(), depth + 1);
      if (!(key instanceof Scalar name)) {
        problems.add(keyAt, "", "a list or mapping as a key", "a name");
      } else if (name.plain() && name.text().equals("<<")) {
        problems.say(
            keyAt,
            "",
            "merge key \"<<\" is not part of YAML 1.2; repeat the keys, or alias a whole value");
      } else {
        add(entries, new Scalar(keyAt, name.text(), name.plain()), value);
      }
    }
    return new Mapping(at, List.copyOf(entries.values()));
  }

  private void add(Map<String, Entry> entries, Scalar key, Node value) {
    Entry first = entries.putIfAbsent(key.text(), new Entry(key, value));
    if (first != null) {
      problems.say(
          key.at(),
          "",
          "key \""
              + Values.printable(key.text())
              + "\" a second time; the first is on line "
              + first.key().at().line());
    }
  }

  private void refuseTag(Optional<String> tag, Position at) {
    tag.filter(t -> !t.equals("!"))
        .ifPresent(t ->
            problems.say(
                at,
                "",
                "tag " + Values.printable(t) + "; tags are not supported, quote text instead"));
  }

  private void count(int more, Position at) {
    nodes += more;
    if (nodes > limits.nodes()) {
      refuse(at, "more than " + limits.nodes() + " values, aliases counted as copies");
    }
  }

  private void refuse(Position at, String why) {
    problems.say(at, "", why);
    throw new Refused();
  }

  private Event next() {
    return events.next();
  }

  private Position at(Event event) {
    return event
        .getStartMark()
        .map(m -> new Position(file, m.getLine() + 1, m.getColumn() + 1))
        .orElse(new Position(file, 1, 1));
  }
}
