package io.windlass.engine.image.preset;

import static io.windlass.engine.image.ImageException.badPlan;

import io.windlass.engine.image.ImageException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * A directory that a commit and its steps have filled with whatever they liked. Links that stay in
 * it are followed, so that an image holds what they lead to; links that leave it, devices and pipes
 * are refused by name. Version control's own directory is passed over: it holds what the program
 * never needs and sometimes credentials.
 */
final class Workspace {

  private final Path root;
  private final ScanLimits limits;
  private int files;
  private long bytes;

  /** A file, by its name below the directory that was asked for. */
  record Found(String name, Path source, long bytes, boolean executable) {}

  Workspace(Path directory, ScanLimits limits) throws ImageException {
    try {
      this.root = directory.toRealPath();
    } catch (IOException e) {
      throw ImageException.of("open the workspace", directory, e);
    }
    this.limits = limits;
  }

  Path root() {
    return root;
  }

  /** What a relative name leads to, when it is there. */
  Optional<Path> find(Path from, String name) throws ImageException {
    try {
      Path path = from.resolve(name);
      if (Path.of(name).isAbsolute() || !path.normalize().startsWith(root)) {
        throw badPlan(
            "put \"" + name + "\" into the image",
            "it is not in the workspace",
            "write a path relative to the workspace, without ..");
      }
      Path real = path.toRealPath();
      if (!real.startsWith(root)) {
        throw leaves(path);
      }
      return Optional.of(real);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (InvalidPathException e) {
      throw badPlan("put \"" + name + "\" into the image", "it is no path", "write another");
    } catch (IOException e) {
      throw ImageException.of("find \"" + name + "\"", root, e);
    }
  }

  Optional<Path> directory(Path from, String name) throws ImageException {
    return find(from, name).filter(Files::isDirectory);
  }

  /** All files below a directory, or the one file that is named, in the order of their names. */
  List<Found> files(Path real) throws ImageException {
    List<Found> found = new ArrayList<>();
    Deque<Path> chain = new ArrayDeque<>();
    try {
      if (Files.isDirectory(real, LinkOption.NOFOLLOW_LINKS)) {
        walk(real, "", chain, found);
      } else {
        take(real, real, real.getFileName().toString(), chain, found);
      }
    } catch (IOException e) {
      throw ImageException.of("read \"" + shown(real) + "\"", root, e);
    }
    found.sort(Comparator.comparing(Found::name));
    return found;
  }

  /** The jars right in a directory. */
  List<Found> jars(Path directory) throws ImageException {
    List<Found> jars = new ArrayList<>();
    for (Path file : children(directory)) {
      if (file.getFileName().toString().endsWith(".jar")) {
        Optional<Path> real = find(directory, file.getFileName().toString());
        if (real.filter(Files::isRegularFile).isPresent()) {
          for (Found one : files(real.get())) {
            String name = file.getFileName().toString();
            jars.add(new Found(name, one.source(), one.bytes(), false));
          }
        }
      }
    }
    return jars;
  }

  /** What stands right in a directory, in the order of names. */
  List<Path> children(Path directory) throws ImageException {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      for (Path child : stream) {
        count(child);
        children.add(child);
      }
    } catch (IOException e) {
      throw ImageException.of("list \"" + shown(directory) + "\"", root, e);
    }
    children.sort(Comparator.comparing(Path::toString));
    return children;
  }

  /** A path as the user knows it. */
  String shown(Path path) {
    return path.startsWith(root) ? root.relativize(path).toString() : path.toString();
  }

  private void walk(Path directory, String prefix, Deque<Path> chain, List<Found> found)
      throws IOException, ImageException {
    if (chain.contains(directory)) {
      throw badPlan(
          "put \"" + shown(directory) + "\" into the image",
          "links make a circle there",
          "remove the link that leads back up");
    }
    if (chain.size() >= limits.depth()) {
      throw badPlan(
          "put \"" + shown(directory) + "\" into the image",
          "it is more than " + limits.depth() + " directories deep",
          "leave it out");
    }
    chain.push(directory);
    try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
      for (Path child : children) {
        String name = child.getFileName().toString();
        if (!name.equals(".git")) {
          take(child, child, prefix + name, chain, found);
        }
      }
    }
    chain.pop();
  }

  private void take(Path path, Path asked, String name, Deque<Path> chain, List<Found> found)
      throws IOException, ImageException {
    count(path);
    PosixFileAttributes is =
        Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (is.isSymbolicLink()) {
      take(target(path), asked, name, chain, found);
    } else if (is.isDirectory()) {
      walk(path, name + "/", chain, found);
    } else if (is.isRegularFile()) {
      bytes += is.size();
      if (bytes > limits.bytes()) {
        throw badPlan(
            "put \"" + shown(asked) + "\" into the image",
            "all files together are larger than the limit of " + limits.bytes() + " bytes",
            "leave some out");
      }
      boolean executable = is.permissions().contains(PosixFilePermission.OWNER_EXECUTE);
      found.add(new Found(name, path, is.size(), executable));
    } else {
      throw badPlan(
          "put \"" + shown(asked) + "\" into the image",
          "it is a device, a pipe or a socket",
          "leave it out");
    }
  }

  private Path target(Path link) throws IOException, ImageException {
    try {
      Path real = link.toRealPath();
      if (real.startsWith(root)) {
        return real;
      }
    } catch (NoSuchFileException e) {
      throw badPlan(
          "put the link \"" + shown(link) + "\" into the image",
          "nothing is where it leads",
          "remove it or make what it names");
    }
    throw leaves(link);
  }

  private ImageException leaves(Path link) {
    return badPlan(
        "put the link \"" + shown(link) + "\" into the image",
        "it leads out of the workspace",
        "copy the file into the workspace");
  }

  private void count(Path at) throws ImageException {
    if (++files > limits.files()) {
      throw badPlan(
          "put \"" + shown(at) + "\" into the image",
          "there are more files than the limit of " + limits.files(),
          "leave some out");
    }
  }
}
