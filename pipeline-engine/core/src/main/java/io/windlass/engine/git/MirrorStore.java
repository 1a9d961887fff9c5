package io.windlass.engine.git;

import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.windlass.engine.git.GitException.Fault;
import io.windlass.engine.source.Sha;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.StoredConfig;

/**
 * The mirrors' directories, each opened once for the life of the process. Whoever makes or changes
 * one holds its lock.
 */
final class MirrorStore implements AutoCloseable {
  private static final String PINS = "refs/windlass/commits/";

  private final Map<Path, MirrorRepository> open = new ConcurrentHashMap<>();

  static String pin(String sha) {
    return PINS + sha;
  }

  static String nameOf(CloneUrl url) {
    return Hashing.sha256()
            .hashString(url.toString(), StandardCharsets.UTF_8)
            .toString()
            .substring(0, 32)
        + ".git";
  }

  /** The mirror when there is one; needs no lock, as a mirror appears whole or not at all. */
  Optional<MirrorRepository> existing(Path path) throws GitException {
    MirrorRepository known = open.get(path);
    if (known != null) {
      return Optional.of(known);
    }
    if (!Files.isRegularFile(path.resolve("HEAD"))) {
      return Optional.empty();
    }
    try {
      return Optional.of(remember(path));
    } catch (IOException failed) {
      throw new GitException(
          Fault.WORLD,
          "Tried to open the mirror \""
              + path
              + "\" but "
              + failed.getMessage()
              + "; delete it, it is fetched anew",
          failed);
    }
  }

  MirrorRepository open(Path path, CloneUrl url) throws IOException {
    MirrorRepository local = open(path);
    StoredConfig config = local.getConfig();
    if (!url.toString().equals(config.getString("remote", "origin", "url"))) {
      config.setString("remote", "origin", "url", url.toString());
      config.save();
    }
    return local;
  }

  /** Under the mirror's lock. */
  MirrorRepository open(Path path) throws IOException {
    MirrorRepository known = open.get(path);
    if (known != null) {
      return known;
    }
    if (Files.isRegularFile(path.resolve("HEAD"))) {
      recover(path);
    } else {
      create(path);
    }
    return remember(path);
  }

  private MirrorRepository remember(Path path) throws IOException {
    MirrorRepository opened = new MirrorRepository(path.toFile());
    MirrorRepository first = open.putIfAbsent(path, opened);
    if (first != null) {
      opened.close();
      return first;
    }
    return opened;
  }

  private static void create(Path path) throws IOException {
    Path half = path.resolveSibling(path.getFileName() + ".new");
    deleteTree(half);
    deleteTree(path);
    Files.createDirectories(half);
    try (FileRepository made = new FileRepository(half.toFile())) {
      made.create(true);
      StoredConfig config = made.getConfig();
      config.setInt("gc", null, "auto", 0);
      config.setInt("protocol", null, "version", 2);
      config.setString("http", null, "followRedirects", "initial");
      config.setString("core", null, "fsyncRefFiles", "true");
      config.save();
    }
    deleteTree(half.resolve("hooks"));
    Files.move(half, path, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Removes what a killed process left; we hold the lock, so no live one needs it. */
  private static void recover(Path path) throws IOException {
    List<Path> left;
    try (Stream<Path> all = Files.walk(path)) {
      left =
          all.filter(file -> isLeft(path.relativize(file).toString()))
              .filter(Files::isRegularFile)
              .toList();
    }
    for (Path file : left) {
      Files.deleteIfExists(file);
    }
  }

  private static boolean isLeft(String name) {
    String last = name.substring(name.lastIndexOf('/') + 1);
    return name.startsWith("objects/")
        ? last.startsWith("incoming_")
            || last.startsWith("noz")
            || last.endsWith("_tmp")
            || last.endsWith(".tmp")
        : last.endsWith(".lock") || last.equals("gc.pid");
  }

  static void maintain(MirrorRepository local, Set<String> live) throws IOException {
    for (Ref pin : local.getRefDatabase().getRefsByPrefix(PINS)) {
      String sha = pin.getName().substring(PINS.length());
      if (Sha.isValid(sha) && !live.contains(sha)) {
        RefUpdate update = local.updateRef(pin.getName());
        update.setForceUpdate(true);
        update.delete();
      }
    }
    for (String sha : live) {
      keep(local, sha);
    }
    try (Git git = Git.wrap(local)) {
      git.gc().call();
    } catch (GitAPIException failed) {
      throw new IOException(failed.getMessage(), failed);
    }
  }

  private static void keep(MirrorRepository local, String sha) throws IOException {
    if (Sha.isObject(sha)
        && local.exactRef(pin(sha)) == null
        && local.getObjectDatabase().has(ObjectId.fromString(sha))) {
      RefUpdate update = local.updateRef(pin(sha));
      update.setNewObjectId(ObjectId.fromString(sha));
      update.update();
    }
  }

  static void deleteTree(Path tree) throws IOException {
    File file = tree.toFile();
    if (file.exists() || Files.isSymbolicLink(tree)) {
      MoreFiles.deleteRecursively(tree, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }

  @Override
  public void close() {
    open.values().forEach(MirrorRepository::close);
    open.clear();
  }
}
