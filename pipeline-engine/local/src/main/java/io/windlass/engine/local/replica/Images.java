package io.windlass.engine.local.replica;

import io.windlass.engine.image.Digest;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.store.ContentStore;
import io.windlass.engine.image.store.StoredImage;
import io.windlass.engine.local.protocol.Json;
import io.windlass.engine.local.protocol.Root;
import io.windlass.engine.local.sandbox.Trees;
import io.windlass.engine.local.state.Durable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Unpacked images, one directory for each digest, shared read-only by all replicas that run it. How
 * an image starts is kept beside it, so that the machine can start it again without the server and
 * its store. Thread-safe.
 */
public final class Images {
  /** Places that a sandbox mounts something at; the root itself is shown read-only. */
  private static final List<String> MOUNT_POINTS = List.of("proc", "dev", "sys", "tmp", "etc");

  /** What is being removed; a keeper that is killed meanwhile leaves no half of an image behind. */
  private static final String LEAVING = ".leaving";

  private static final List<String> MOUNTED_FILES = List.of("etc/resolv.conf", "etc/hosts");

  private final Path directory;
  private final Optional<ContentStore> store;
  private final boolean isolates;

  /**
   * Keeps unpacked images in a directory.
   *
   * @param store where packed ones come from
   * @param isolates whether images with a root of their own can be run at all
   */
  public Images(Path directory, Optional<ContentStore> store, boolean isolates) throws IOException {
    this.directory = Files.createDirectories(directory);
    try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, ".*" + LEAVING)) {
      for (Path half : left) {
        Trees.remove(half);
      }
    }
    this.store = store;
    this.isolates = isolates;
  }

  /**
   * Makes the files ready and returns when they are all there.
   *
   * @throws ImageException where the image is not there, is damaged, or cannot be run here
   */
  public Content prepare(Root root) throws ImageException, IOException, InterruptedException {
    return switch (root) {
      case Root.Directory(String path) -> {
        if (!Files.isDirectory(Path.of(path))) {
          throw new IOException(
              "Tried to run from \""
                  + path
                  + "\" but that is no directory; unpack the image there");
        }
        yield new Content(path, true, List.of(), Map.of(), "/app");
      }
      case Root.Image(String digest) -> unpacked(new Digest(digest));
    };
  }

  private Content unpacked(Digest digest) throws ImageException, IOException, InterruptedException {
    Path description = directory.resolve(digest.hex() + ".json");
    Path root = directory.resolve(digest.hex());
    if (Files.exists(description) && Files.isDirectory(root)) {
      return Json.read(Files.readAllBytes(description), Content.class);
    }
    ContentStore from =
        store.orElseThrow(() ->
            new IOException(
                "Tried to run image "
                    + digest.text()
                    + " but this keeper knows no content store; configure one"));
    StoredImage image = from.image(digest.text());
    if (!image.onHost() && !isolates) {
      throw new IOException(
          "Tried to run image "
              + digest.text()
              + " but it brings a system of its own and this machine cannot isolate; base it on"
              + " \"host\", or make bubblewrap work");
    }
    from.unpack(digest.text(), root);
    if (!image.onHost()) {
      makeMountPoints(root);
    }
    Content content =
        new Content(
            root.toAbsolutePath().toString(),
            image.onHost(),
            image.command(),
            image.env(),
            image.workdir());
    Durable.write(description, Json.write(content));
    return content;
  }

  private static void makeMountPoints(Path root) throws IOException {
    for (String name : MOUNT_POINTS) {
      Path place = root.resolve(name);
      if (Files.isSymbolicLink(place)) {
        throw new IOException(
            "Tried to run an image but its /"
                + name
                + " is a link, which a sandbox cannot mount over; build it with a directory there");
      }
      Files.createDirectories(place);
    }
    for (String name : MOUNTED_FILES) {
      if (Files.notExists(root.resolve(name)) && !Files.isSymbolicLink(root.resolve(name))) {
        Files.createFile(root.resolve(name));
      }
    }
  }

  /**
   * Removes images that nothing uses, the oldest first, until the rest fits.
   *
   * @param live digests that stay whatever they take
   * @param budgetBytes for the others
   */
  public void collect(Set<String> live, long budgetBytes) throws IOException {
    record Unused(Path root, long bytes, long changed) {}
    List<Unused> unused = new ArrayList<>();
    try (Stream<Path> entries = Files.list(directory)) {
      for (Path root : entries.filter(Files::isDirectory).toList()) {
        String name = root.getFileName().toString();
        // Half-unpacked ones begin with a dot and belong to who unpacks.
        if (!name.startsWith(".") && !live.contains("sha256:" + name)) {
          unused.add(new Unused(root, size(root), Files.getLastModifiedTime(root).toMillis()));
        }
      }
    }
    unused.sort(Comparator.comparingLong(Unused::changed).reversed());
    long kept = 0;
    for (Unused image : unused) {
      kept += image.bytes();
      if (kept > budgetBytes) {
        Files.deleteIfExists(image.root().resolveSibling(image.root().getFileName() + ".json"));
        // Whoever unpacks takes a directory of that name as it is: it must go at once or not at
        // all.
        Path leaving = image.root().resolveSibling("." + image.root().getFileName() + LEAVING);
        Trees.remove(leaving);
        Trees.remove(Files.move(image.root(), leaving, StandardCopyOption.ATOMIC_MOVE));
      }
    }
  }

  private static long size(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum();
    }
  }
}
