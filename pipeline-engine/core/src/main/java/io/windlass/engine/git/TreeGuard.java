package io.windlass.engine.git;

import io.windlass.engine.git.GitException.Fault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectChecker;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;

/**
 * Looks at every entry of a tree before the first file is written: names that Git itself would
 * refuse ({@code ..}, {@code .git} in any spelling, the same name twice), links that leave the
 * tree, and all that is too much.
 */
final class TreeGuard {
  private static final int LONGEST_NAME = 255;
  private static final int LONGEST_LINK = 4095;
  private static final int LARGEST_DIRECTORY = 64 << 20;

  private final ObjectReader reader;
  private final Budget budget;
  private final ObjectChecker checker = new ObjectChecker().setAllowLeadingZeroFileMode(true);
  private final Map<String, String> links = new LinkedHashMap<>();
  private final Map<String, ObjectId> submodules = new LinkedHashMap<>();
  private Optional<ObjectId> gitmodules = Optional.empty();
  private boolean attributes;
  private boolean emptyDirectories;
  private long entries;
  private long files;
  private long bytes;

  /**
   * What a checkout will write.
   *
   * @param entries files, links and directories
   * @param emptyDirectories whether there are any, of which no index knows
   * @param attributes whether a {@code .gitattributes} may ask for other bytes than are stored
   */
  record Contents(
      long entries,
      long files,
      long bytes,
      boolean emptyDirectories,
      boolean attributes,
      Map<String, ObjectId> submodules,
      Optional<ObjectId> gitmodules) {
    /** Whether its files, byte for byte, are all that it is. */
    boolean plain() {
      return !attributes && !emptyDirectories && submodules.isEmpty();
    }
  }

  private TreeGuard(ObjectReader reader, Budget budget) {
    this.reader = reader;
    this.budget = budget;
  }

  static Contents check(ObjectReader reader, ObjectId tree, Budget budget)
      throws GitException, IOException {
    TreeGuard guard = new TreeGuard(reader, budget);
    guard.directory("", tree);
    Optional<String> escape = Links.firstEscape(guard.links);
    if (escape.isPresent()) {
      throw refused(
          "the link \""
              + escape.get()
              + "\" leads out of the repository to \""
              + guard.links.get(escape.get())
              + "\"");
    }
    return new Contents(
        guard.entries,
        guard.files,
        guard.bytes,
        guard.emptyDirectories,
        guard.attributes,
        guard.submodules,
        guard.gitmodules);
  }

  private void directory(String path, ObjectId tree) throws GitException, IOException {
    byte[] raw = reader.open(tree, Constants.OBJ_TREE).getCachedBytes(LARGEST_DIRECTORY);
    try {
      checker.checkTree(raw);
    } catch (CorruptObjectException refused) {
      throw refused(
          "its directory \""
              + (path.isEmpty() ? "/" : path)
              + "\" is not allowed: "
              + refused.getMessage());
    }
    emptyDirectories |= raw.length == 0 && !path.isEmpty();
    CanonicalTreeParser parser = new CanonicalTreeParser();
    for (parser.reset(raw); !parser.eof(); parser.next(1)) {
      String entry = path + parser.getEntryPathString();
      measure(entry, parser.getNameLength());
      attributes |= parser.getEntryPathString().equals(Constants.DOT_GIT_ATTRIBUTES);
      ObjectId id = parser.getEntryObjectId();
      FileMode mode = parser.getEntryFileMode();
      if (mode.equals(FileMode.TREE)) {
        directory(entry + "/", id);
      } else if (mode.equals(FileMode.GITLINK)) {
        submodules.put(entry, id);
      } else if (mode.equals(FileMode.SYMLINK)) {
        link(entry, id);
      } else {
        file(entry, id);
      }
    }
  }

  private void measure(String entry, int nameBytes) throws GitException, IOException {
    if (nameBytes > LONGEST_NAME || entry.length() > budget.limits().pathBytes()) {
      throw refused("the path \"" + entry.substring(0, 60) + "…\" is too long");
    }
    if (++entries > budget.limits().checkoutFiles()) {
      throw refused(
          "it has more than " + budget.limits().checkoutFiles() + " files and directories");
    }
    if (entries % 1024 == 0) {
      budget.checkTime();
    }
  }

  private void link(String entry, ObjectId id) throws GitException, IOException {
    ObjectLoader target = reader.open(id, Constants.OBJ_BLOB);
    if (target.getSize() > LONGEST_LINK) {
      throw refused("the link \"" + entry + "\" is too long");
    }
    links.put(entry, new String(target.getBytes(), StandardCharsets.UTF_8));
    files++;
  }

  private void file(String entry, ObjectId id) throws GitException, IOException {
    bytes += reader.getObjectSize(id, Constants.OBJ_BLOB);
    if (bytes > budget.limits().checkoutBytes()) {
      throw refused(
          "its files are larger than " + budget.limits().checkoutBytes() + " bytes together");
    }
    if (entry.equals(Constants.DOT_GIT_MODULES)) {
      gitmodules = Optional.of(id);
    }
    files++;
  }

  private static GitException refused(String why) {
    return new GitException(Fault.REPOSITORY, "Tried to check out a commit but " + why);
  }
}
