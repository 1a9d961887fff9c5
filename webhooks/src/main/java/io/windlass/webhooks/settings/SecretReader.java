package io.windlass.webhooks.settings;

import io.windlass.engine.secret.SecretValue;
import io.windlass.scaler.syntax.Fields;
import io.windlass.scaler.syntax.Node;
import io.windlass.scaler.syntax.Problems;
import io.windlass.scaler.syntax.Values;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * Reads {@code { file: ... }} and {@code { env: NAME }}. A secret never stands in the file itself,
 * which people show to each other; and its own file is for its owner only.
 */
record SecretReader(Surroundings surroundings) {

  private static final int LARGEST = 64 * 1024;
  private static final Set<PosixFilePermission> OWNERS =
      PosixFilePermissions.fromString("rwx------");
  private static final String FORM = "{ file: /path } or { env: NAME }";

  Optional<SecretValue> read(Node node, String path, Problems problems) {
    if (!(node instanceof Node.Mapping)) {
      // Not shown: it may be the secret itself.
      problems.add(node.at(), path, "a secret in the file itself", FORM);
      return Optional.empty();
    }
    return Fields.of(node, path, problems)
        .flatMap(f -> {
          Optional<SecretValue> file = f.value("file", this::fromFile);
          Optional<SecretValue> env = f.value("env", this::fromVariable);
          f.done();
          if (f.has("file") == f.has("env")) {
            problems.add(node.at(), path, f.has("file") ? "both" : "neither", FORM);
          }
          return file.or(() -> env);
        });
  }

  /** The file's content without line ends after it. */
  private Optional<SecretValue> fromFile(Node node, String path, Problems problems) {
    return privateFile(node, path, problems).flatMap(file -> content(file, node, path, problems));
  }

  /** A file that exists and that nobody but its owner can read or write. */
  Optional<Path> privateFile(Node node, String path, Problems problems) {
    Optional<Path> file =
        Values.text(node, path, problems).flatMap(t -> path(t, node, path, problems));
    return file.filter(f -> {
      try {
        String mode = tooOpen(f);
        if (!mode.isEmpty()) {
          problems.say(
              node.at(),
              path,
              "file \"" + f + "\" is open to others (" + mode + "); run: chmod 600 " + f);
        }
        return mode.isEmpty();
      } catch (IOException e) {
        problems.say(node.at(), path, unreadable(f, e));
        return false;
      }
    });
  }

  Optional<Path> path(String text, Node node, String path, Problems problems) {
    if (text.isBlank() || text.indexOf('\0') >= 0) {
      problems.wrong(node, path, "a path");
      return Optional.empty();
    }
    return Optional.of(surroundings.resolve(text));
  }

  private static String tooOpen(Path file) throws IOException {
    var view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    if (view == null) {
      return Files.exists(file) ? "" : missing(file);
    }
    Set<PosixFilePermission> permissions = view.readAttributes().permissions();
    return OWNERS.containsAll(permissions) ? "" : PosixFilePermissions.toString(permissions);
  }

  private static String missing(Path file) throws IOException {
    throw new NoSuchFileException(file.toString());
  }

  private static Optional<SecretValue> content(
      Path file, Node node, String path, Problems problems) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(LARGEST + 1);
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      String value = text.replaceFirst("[\r\n]+\\z", "");
      if (bytes.length > LARGEST || value.isBlank()) {
        String found = value.isBlank() ? "is empty" : "is larger than 64 KiB";
        problems.say(node.at(), path, "file \"" + file + "\" " + found);
        return Optional.empty();
      }
      return Optional.of(SecretValue.of(value));
    } catch (CharacterCodingException e) {
      problems.say(node.at(), path, "file \"" + file + "\" is not text in UTF-8");
    } catch (IOException e) {
      problems.say(node.at(), path, unreadable(file, e));
    }
    return Optional.empty();
  }

  static String unreadable(Path file, IOException e) {
    String why = e instanceof NoSuchFileException ? "does not exist" : "cannot be read: " + e;
    return "file \"" + file + "\" " + why;
  }

  private Optional<SecretValue> fromVariable(Node node, String path, Problems problems) {
    return Values.text(node, path, problems)
        .flatMap(name -> {
          Optional<String> value = surroundings.variable().apply(name).filter(v -> !v.isBlank());
          if (value.isEmpty()) {
            problems.say(
                node.at(),
                path,
                "variable \""
                    + Values.printable(name)
                    + "\" is not set in the server's environment");
          }
          return value.map(SecretValue::of);
        });
  }
}
