package io.windlass.engine.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** The migration files of all modules on the class path. */
final class Migrations {
  private final String location;

  Migrations(String location) {
    this.location = location;
  }

  /** Sixteen digits that change whenever a migration is added or changed. */
  String fingerprint() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Map.Entry<String, byte[]> file : files().entrySet()) {
        digest.update(file.getKey().getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        digest.update(file.getValue());
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java runtime has SHA-256", e);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Tried to list the migrations in '" + location + "' but " + e.getMessage(), e);
    }
  }

  private Map<String, byte[]> files() throws IOException {
    var found = new TreeMap<String, byte[]>();
    var roots = Migrations.class.getClassLoader().getResources(location);
    while (roots.hasMoreElements()) {
      URL root = roots.nextElement();
      switch (root.getProtocol()) {
        case "file" -> inDirectory(root, found);
        case "jar" -> inJar((JarURLConnection) root.openConnection(), found);
        default ->
            throw new IOException(
                "migrations are at '" + root + "', which is neither a directory nor a jar");
      }
    }
    return found;
  }

  private static void inDirectory(URL root, Map<String, byte[]> found) throws IOException {
    try (var files = Files.list(Path.of(root.toURI()))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        found.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }

  private void inJar(JarURLConnection connection, Map<String, byte[]> found) throws IOException {
    connection.setUseCaches(false);
    try (var jar = connection.getJarFile()) {
      for (var entry : jar.stream().toList()) {
        String name = entry.getName();
        if (!entry.isDirectory() && name.startsWith(location + "/")) {
          try (var in = jar.getInputStream(entry)) {
            found.put(name.substring(location.length() + 1), in.readAllBytes());
          }
        }
      }
    }
  }
}
