package io.windlass.engine.kubernetes.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes a kustomization, and all that it builds on, anew for kustomize, which so never reads what
 * the repository has written: mappings are of exactly the fields that are known here, each file is
 * one of the repository, copied under a name of ours, and objects and patches are written as JSON
 * of what was understood here. So nothing is fetched and nothing else of the machine is read,
 * however a reader differs from ours; what could start a program is refused.
 */
final class Kustomizations {
  private static final List<String> NAMES =
      List.of("kustomization.yaml", "kustomization.yml", "Kustomization");
  private static final int MOST = 200;
  private static final long MOST_BYTES = 4 << 20;

  /** No colon: nothing that could be taken for an address. */
  private static final Pattern PATH = Pattern.compile("[A-Za-z0-9._/@+-]{1,500}");

  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9._-]{1,253}");
  private static final Pattern HANDED = Pattern.compile("(folder\\d+/)?(\\d+-[A-Za-z0-9._@+-]+)");

  /** Ends of lines for some readers of YAML, and what others do not take. */
  private static final Pattern UNPLAIN =
      Pattern.compile("[\\x7f-\\x9f\\u2028\\u2029\\ufeff\\ufffe\\uffff]");

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Path tree;
  private final Handed handed;
  private final Documents.Budget budget = new Documents.Budget();
  private final List<String> problems = new ArrayList<>();
  private final Map<Path, String> folders = new HashMap<>();
  private final Map<String, String> names = new TreeMap<>();
  private long bytes;

  private Kustomizations(Path tree, Handed handed) {
    this.tree = tree;
    this.handed = handed;
  }

  /**
   * What kustomize is to build.
   *
   * @param folder in what was handed
   * @param names what the repository calls files that are named in another way there
   * @param problems all that speaks against running kustomize at all
   */
  record Ready(String folder, Map<String, String> names, List<String> problems) {
    /** What kustomize says, with the repository's names of files. */
    String translated(String words) {
      return HANDED
          .matcher(words)
          .replaceAll(
              found -> Matcher.quoteReplacement(names.getOrDefault(found.group(2), found.group())));
    }
  }

  /** Reads a folder's kustomization, and writes what kustomize needs of it. */
  static Ready write(Path tree, String directory, Handed handed) throws IOException {
    var writing = new Kustomizations(tree, handed);
    String folder = writing.folder(tree.resolve(directory).normalize(), directory);
    return new Ready(folder, Map.copyOf(writing.names), List.copyOf(writing.problems));
  }

  private String name(Path path) {
    return tree.relativize(path).toString();
  }

  /** Its name among what is handed. */
  private String folder(Path folder, String asked) throws IOException {
    String known = folders.get(folder);
    if (known != null) {
      return known;
    }
    String name = "folder" + folders.size();
    folders.put(folder, name);
    if (folders.size() > MOST) {
      problems.add("there are more than " + MOST + " kustomizations");
      return name;
    }
    List<Path> files = NAMES.stream().map(folder::resolve).filter(Kustomizations::isFile).toList();
    if (files.size() != 1) {
      problems.add("\"" + asked + "\" has " + files.size() + " kustomization.yaml, expected one");
      return name;
    }
    Path file = files.getFirst();
    List<JsonNode> read = read(file);
    if (read.size() == 1 && read.getFirst() instanceof ObjectNode fields) {
      JsonNode written = new Kustomization(file, folder, name).write(fields);
      handed.text(name + "/kustomization.yaml", text(written));
    } else if (problems.isEmpty()) {
      problems.add(name(file) + " is not one document with fields");
    }
    return name;
  }

  private static boolean isFile(Path path) {
    return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** The documents of a file. */
  private List<JsonNode> read(Path file) throws IOException {
    if (!counts(file)) {
      return List.of();
    }
    Documents.Trees read =
        Documents.trees(name(file), Files.readString(file, StandardCharsets.UTF_8), budget);
    problems.addAll(read.problems());
    return read.roots();
  }

  private boolean counts(Path file) throws IOException {
    boolean before = bytes > MOST_BYTES;
    bytes += Files.size(file);
    if (bytes > MOST_BYTES && !before) {
      problems.add(name(file) + ": here the files have more than " + MOST_BYTES + " bytes");
    }
    return bytes <= MOST_BYTES;
  }

  /** In characters that every reader of YAML takes for the same. */
  private static String text(JsonNode tree) throws IOException {
    String json = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(tree);
    return UNPLAIN
            .matcher(json)
            .replaceAll(found -> "\\\\u%04x".formatted((int) found.group().charAt(0)))
        + "\n";
  }

  /** What may stand at a place: it is given back as it is handed on. */
  private interface Form {
    JsonNode take(JsonNode value, String at) throws IOException;
  }

  /** One file of them. */
  private final class Kustomization {
    private final Path file;
    private final Path folder;
    private final String name;

    Kustomization(Path file, Path folder, String name) {
      this.file = file;
      this.folder = folder;
      this.name = name;
    }

    JsonNode write(ObjectNode fields) throws IOException {
      Form word = this::word;
      Form words = this::words;
      Form selector =
          fields(
              names(word, "group", "version", "kind", "name", "namespace"),
              names(word, "annotationSelector", "labelSelector"));
      Form settings =
          fields(
              names(words, "labels", "annotations"),
              names(word, "disableNameSuffixHash", "immutable"));
      Form options = fields(names(word, "delimiter", "index", "encoding", "create"));
      Form patch =
          fields(
              Map.of("path", this::objects, "patch", word, "target", selector),
              Map.of("options", fields(names(word, "allowNameChange", "allowKindChange"))));
      Form replacement =
          fields(
              Map.of(
                  "source",
                  fields(
                      names(word, "group", "version", "kind", "name", "namespace", "fieldPath"),
                      Map.of("options", options)),
                  "sourceValue",
                  word,
                  "targets",
                  list(
                      fields(
                          Map.of("select", selector, "reject", list(selector)),
                          Map.of("fieldPaths", list(word), "options", options)))));
      Form field = fields(names(word, "group", "version", "kind", "path", "create"));
      Form top =
          fields(
              names(word, "apiVersion", "kind", "namespace", "namePrefix", "nameSuffix"),
              names(words, "commonLabels", "commonAnnotations"),
              names(list(this::built), "resources", "bases", "components"),
              Map.of(
                  "labels",
                  list(
                      fields(
                          names(word, "includeSelectors", "includeTemplates"),
                          Map.of("pairs", words, "fields", list(field)))),
                  "patches",
                  list(patch),
                  "patchesJson6902",
                  list(patch),
                  "patchesStrategicMerge",
                  list(this::objects),
                  "replacements",
                  list((value, at) -> replacement(value, at, replacement))),
              Map.of(
                  "replicas",
                  list(fields(names(word, "name", "count"))),
                  "images",
                  list(fields(names(word, "name", "newName", "newTag", "tagSuffix", "digest"))),
                  "vars",
                  list(
                      fields(
                          names(word, "name"),
                          Map.of(
                              "objref",
                              fields(
                                  names(
                                      word,
                                      "apiVersion",
                                      "group",
                                      "version",
                                      "kind",
                                      "name",
                                      "namespace")),
                              "fieldref",
                              fields(names(word, "fieldPath")))))),
              Map.of(
                  "configMapGenerator",
                  list(
                      fields(
                          names(word, "name", "namespace", "behavior"),
                          names(list(this::data), "envs"),
                          Map.of("env", this::data, "files", list(this::keyed)),
                          Map.of("literals", list(word), "options", settings))),
                  "generatorOptions",
                  settings,
                  "sortOptions",
                  fields(
                      names(word, "order"),
                      Map.of(
                          "legacySortOptions",
                          fields(names(list(word), "orderFirst", "orderLast"))))));
      fields.remove("metadata");
      return top.take(fields, "");
    }

    private void say(String at, String sentence) {
      problems.add(name(file) + ": " + (at.isEmpty() ? "" : at + " ") + sentence);
    }

    private JsonNode word(JsonNode value, String at) {
      if (value.isContainerNode()) {
        say(at, "is no text or number");
      }
      return value;
    }

    /** A mapping whose keys are the repository's own. */
    private JsonNode words(JsonNode value, String at) {
      if (!value.isObject()) {
        say(at, "is no mapping");
      }
      value.fieldNames().forEachRemaining(key -> word(value.path(key), at + "." + key));
      return value;
    }

    private static Map<String, Form> names(Form form, String... names) {
      Map<String, Form> all = new TreeMap<>();
      List.of(names).forEach(name -> all.put(name, form));
      return all;
    }

    /** A mapping of these keys, written exactly so: kustomize does not ask for their case. */
    @SafeVarargs
    private Form fields(Map<String, Form>... parts) {
      Map<String, Form> forms = new TreeMap<>();
      for (Map<String, Form> part : parts) {
        forms.putAll(part);
      }
      return (value, at) -> {
        ObjectNode taken = NODES.objectNode();
        if (!value.isObject()) {
          say(at, "is no mapping");
        }
        for (Map.Entry<String, JsonNode> field : value.properties()) {
          String path = at.isEmpty() ? field.getKey() : at + "." + field.getKey();
          Form form = forms.get(field.getKey());
          if (form == null) {
            say(path, "is not taken" + (at.isEmpty() ? advice(field.getKey()) : ""));
          } else if (!field.getValue().isNull()) {
            taken.set(field.getKey(), form.take(field.getValue(), path));
          }
        }
        return taken;
      };
    }

    private Form list(Form form) {
      return (value, at) -> {
        ArrayNode taken = NODES.arrayNode();
        if (!value.isArray()) {
          say(at, "is no list");
        }
        for (JsonNode element : value) {
          taken.add(form.take(element, at));
        }
        return taken;
      };
    }

    /** A file of objects, or a folder with a kustomization. */
    private JsonNode built(JsonNode value, String at) throws IOException {
      Optional<Path> path = inside(value, at);
      if (path.isPresent() && Files.isDirectory(path.get(), LinkOption.NOFOLLOW_LINKS)) {
        return NODES.textNode("../" + folder(path.get(), name(path.get())));
      }
      return objects(value, at);
    }

    /** A file of YAML. */
    private JsonNode objects(JsonNode value, String at) throws IOException {
      return handOn(
          value,
          at,
          (from, to) -> {
            var text = new StringBuilder();
            for (JsonNode root : read(from)) {
              text.append("---\n").append(text(root));
            }
            handed.text(to, text.toString());
          });
    }

    /** A file that is taken as it is. */
    private JsonNode data(JsonNode value, String at) throws IOException {
      return handOn(
          value,
          at,
          (from, to) -> {
            if (counts(from)) {
              handed.file(from, to);
            }
          });
    }

    /** {@code key=path}, or a path alone, whose last part is the key. */
    private JsonNode keyed(JsonNode value, String at) throws IOException {
      String entry = value.asText();
      int equals = entry.indexOf('=');
      String path = entry.substring(equals + 1);
      String key =
          equals < 0 ? path.substring(path.lastIndexOf('/') + 1) : entry.substring(0, equals);
      JsonNode handedAs = data(NODES.textNode(path), at);
      if (!KEY.matcher(key).matches()) {
        say(at, "has the key \"" + key + "\"; keys are of letters, digits and . _ -");
      }
      return NODES.textNode(key + "=" + handedAs.asText());
    }

    /** Some of them stand in a file of their own. */
    private JsonNode replacement(JsonNode value, String at, Form form) throws IOException {
      if (!value.has("path")) {
        return form.take(value, at);
      }
      Form whole = fields(Map.of("path", (path, _) -> path));
      JsonNode path = whole.take(value, at).path("path");
      ArrayNode all = NODES.arrayNode();
      JsonNode to =
          handOn(
              path,
              at,
              (from, name) -> {
                for (JsonNode root : read(from)) {
                  for (JsonNode one : root.isArray() ? root : NODES.arrayNode().add(root)) {
                    all.add(form.take(one, at));
                  }
                }
                handed.text(name, text(all));
              });
      return NODES.objectNode().set("path", to);
    }

    private interface Handing {
      void hand(Path from, String to) throws IOException;
    }

    private JsonNode handOn(JsonNode value, String at, Handing handing) throws IOException {
      Optional<Path> from = inside(value, at);
      // As kustomize does, which would otherwise find it where it is by its new name.
      if (from.isPresent() && (!isFile(from.get()) || !from.get().startsWith(folder))) {
        say(at, "has \"" + value.asText() + "\", which is no file below its own folder");
        return value;
      }
      if (from.isPresent()) {
        String as = names.size() + "-" + from.get().getFileName();
        names.put(as, name(from.get()));
        handing.hand(from.get(), name + "/" + as);
        return NODES.textNode("./" + as);
      }
      return value;
    }

    private Optional<Path> inside(JsonNode value, String at) {
      String path = value.asText();
      if (PATH.matcher(path).matches() && !path.startsWith("/")) {
        Path found = folder.resolve(path).normalize();
        if (found.startsWith(tree) && Files.exists(found, LinkOption.NOFOLLOW_LINKS)) {
          return Optional.of(found);
        }
      }
      say(
          at,
          "has \"%s\", which is no file or folder of the repository in the same top folder; nothing is fetched, and links are not followed"
              .formatted(path));
      return Optional.empty();
    }
  }

  private static String advice(String field) {
    return switch (field) {
      case "helmCharts", "helmChartInflationGenerator", "helmGlobals" ->
          "; use \"helm\" of the environment for a chart";
      case "generators", "transformers", "validators" -> "; it could start programs";
      case "secretGenerator" -> "; name what is secret in app.secrets";
      default -> "";
    };
  }
}
