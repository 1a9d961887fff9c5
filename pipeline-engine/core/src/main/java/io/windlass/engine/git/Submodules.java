package io.windlass.engine.git;

import io.windlass.engine.git.GitException.Fault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;

/**
 * The submodules of one checkout: only from hosts that the operator configured, whatever the
 * repository says.
 */
final class Submodules {
  private static final int DEEPEST = 5;
  private static final int LARGEST_GITMODULES = 1 << 20;

  private final Checkout checkout;
  private final Mirrors mirrors;
  private final Budget budget;
  private int count;

  Submodules(Checkout checkout, Mirrors mirrors, Budget budget) {
    this.checkout = checkout;
    this.mirrors = mirrors;
    this.budget = budget;
  }

  void fill(Mirror parent, TreeGuard.Contents contents, Path directory, int depth)
      throws GitException, IOException {
    if (contents.submodules().isEmpty()) {
      return;
    }
    if (depth >= DEEPEST) {
      throw refused("submodules are nested deeper than " + DEEPEST);
    }
    Config modules = read(parent, contents);
    for (Map.Entry<String, ObjectId> entry : contents.submodules().entrySet()) {
      if (++count > budget.limits().submodules()) {
        throw refused("there are more than " + budget.limits().submodules() + " submodules");
      }
      String path = entry.getKey();
      String sha = entry.getValue().name();
      CloneUrl url = url(parent, modules, path);
      Limits limits = budget.limits().withTime(budget.left());
      switch (mirrors.fetchSubmodule(url, credentials(parent, url, path), sha, limits)) {
        case Fetched.Ready(Mirror mirror, String commit) ->
            checkout.fill(mirror, commit, directory.resolve(path), Optional.empty(), depth + 1);
        case Fetched.CommitVanished(String gone) ->
            throw refused(
                "the submodule \""
                    + path
                    + "\" is at "
                    + gone
                    + ", which "
                    + url
                    + " does not have; push it there");
      }
    }
  }

  private static Config read(Mirror parent, TreeGuard.Contents contents)
      throws GitException, IOException {
    Config modules = new Config();
    if (contents.gitmodules().isEmpty()) {
      return modules;
    }
    try (ObjectReader reader = parent.local().newObjectReader()) {
      ObjectLoader file = reader.open(contents.gitmodules().get(), Constants.OBJ_BLOB);
      modules.fromText(new String(file.getBytes(LARGEST_GITMODULES), StandardCharsets.UTF_8));
      return modules;
    } catch (ConfigInvalidException unreadable) {
      throw refused(".gitmodules cannot be read: " + unreadable.getMessage());
    }
  }

  private static CloneUrl url(Mirror parent, Config modules, String path) throws GitException {
    for (String name : modules.getSubsections("submodule")) {
      String url = modules.getString("submodule", name, "url");
      if (url != null && path.equals(modules.getString("submodule", name, "path"))) {
        try {
          return base(parent).submodule(url);
        } catch (IllegalArgumentException wrong) {
          throw refused(
              "the address of the submodule \""
                  + path
                  + "\" is not allowed: "
                  + wrong.getMessage());
        }
      }
    }
    throw refused("the submodule \"" + path + "\" has no address in .gitmodules; add its url");
  }

  private Credentials credentials(Mirror parent, CloneUrl url, String path) throws GitException {
    Credentials credentials = mirrors.submoduleHosts().get(url.authority());
    // A file of this machine is never for a repository that comes from elsewhere.
    boolean reachesIn =
        url.scheme() == CloneUrl.Scheme.FILE && base(parent).scheme() != CloneUrl.Scheme.FILE;
    if (credentials == null || reachesIn) {
      throw refused(
          "the submodule \""
              + path
              + "\" comes from \""
              + url.authority()
              + "\", which is not among the configured submodule hosts; ask the operator to add it");
    }
    return credentials;
  }

  private static CloneUrl base(Mirror parent) throws GitException {
    return parent
        .local()
        .url()
        .orElseThrow(() -> refused("the repository's own address is not known; fetch it first"));
  }

  private static GitException refused(String why) {
    return new GitException(Fault.REPOSITORY, "Tried to check out submodules but " + why);
  }
}
