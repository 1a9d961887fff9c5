package io.windlass.engine.source;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** One event's body under way to an {@link Intent}. */
final class EventReader {
  private static final int SUMMARY = 200;

  private final Body body;

  private EventReader(JsonNode body) {
    this.body = new Body(body);
  }

  static Intent read(String name, JsonNode json) {
    try {
      EventReader reader = new EventReader(json);
      reader.body.object("");
      return switch (name) {
        case "push" -> reader.push();
        case "pull_request" -> reader.pullRequest();
        case "ping" -> reader.ping();
        case "installation" -> reader.installation();
        case "installation_repositories" -> reader.installationRepositories();
        default -> new Intent.Ignored("\"" + Body.cut(name, 80) + "\" events ask for nothing here");
      };
    } catch (Body.Mismatch mismatch) {
      return new Intent.Malformed(
          Body.cut(name, 80), mismatch.at, mismatch.found, mismatch.expected);
    }
  }

  private Intent push() {
    RepositoryName repository = repository();
    Ref ref = body.ref("/ref");
    String before = body.sha("/before");
    String after = body.sha("/after");
    if (!ref.isBranch() && !ref.isTag()) {
      return new Intent.Ignored(ref + " is neither a branch nor a tag");
    }
    // The ids say what happened; flags that contradict them would be one more thing to believe.
    boolean created = before.equals(Sha.NONE);
    boolean deleted = after.equals(Sha.NONE);
    if (created && deleted) {
      throw body.mismatch("/after", "the id of an object, as /before names none either");
    }
    Optional<String> headCommit =
        body.isPresent("/head_commit")
            ? Optional.of(body.object("/head_commit", "/id", Sha::isObject))
            : Optional.empty();
    JsonNode commits = body.list("/commits");
    return new Intent.Pushed(
        repository,
        ref,
        before,
        after,
        // Where it is not said, a forced return to an old commit is left to the next poll.
        body.isPresent("/forced") && body.flag("/forced"),
        created,
        deleted,
        headCommit,
        commits(commits.size()),
        commits.size(),
        body.textOr("/pusher/name", body.textOr("/sender/login", "somebody")),
        body.branch("/repository/default_branch"));
  }

  private List<CommitInfo> commits(int count) {
    List<CommitInfo> kept = new ArrayList<>();
    for (int i = 0; i < Math.min(count, GitHubEvents.COMMITS_KEPT); i++) {
      String at = "/commits/" + i;
      String summary = body.text(at + "/message").lines().findFirst().orElse("");
      kept.add(
          new CommitInfo(
              body.object(at, "/id", Sha::isObject),
              Body.cut(summary, SUMMARY),
              body.textOr(at + "/author/name", "somebody"),
              body.instant(at + "/timestamp")));
    }
    return kept;
  }

  private Intent pullRequest() {
    String action = body.text("/action");
    return switch (action) {
      case "opened", "reopened" -> new Intent.PullRequestOpened(repository(), details());
      case "synchronize" -> new Intent.PullRequestUpdated(repository(), details());
      default ->
          new Intent.Ignored(
              "a pull request that is " + Body.cut(action, 80) + " has no new commit");
    };
  }

  private Intent.PullRequest details() {
    return pullRequest(body, "/pull_request", repository());
  }

  /**
   * A page of GitHub's list of pull requests.
   *
   * @param what completes "Tried to ..." where it cannot be read
   */
  static List<Intent.PullRequest> pullRequests(
      String what, RepositoryName repository, JsonNode page) throws SourceHostException {
    try {
      Body list = new Body(page);
      List<Intent.PullRequest> all = new ArrayList<>();
      for (int i = 0; i < list.list("").size(); i++) {
        all.add(pullRequest(list, "/" + i, repository));
      }
      return all;
    } catch (Body.Mismatch strange) {
      throw new SourceHostException(
          "Tried to "
              + what
              + " but at "
              + strange.at
              + " the answer has "
              + strange.found
              + "; expected "
              + strange.expected);
    }
  }

  private static Intent.PullRequest pullRequest(Body body, String at, RepositoryName repository) {
    // A head whose repository was deleted has "repo": null.
    Optional<RepositoryName> head =
        body.isPresent(at + "/head/repo")
            ? Optional.of(body.repository(at + "/head/repo/full_name"))
            : Optional.empty();
    return new Intent.PullRequest(
        body.number(at + "/number"),
        Body.cut(body.textOr(at + "/title", ""), SUMMARY),
        body.textOr(at + "/user/login", "somebody"),
        body.object(at + "/head", "/sha", Sha::isObject),
        head,
        body.text(at + "/head/ref"),
        body.branch(at + "/base/ref"),
        body.object(at + "/base", "/sha", Sha::isObject),
        head.filter(repository::sameAs).isEmpty(),
        body.isPresent(at + "/draft") && body.flag(at + "/draft"));
  }

  private Intent ping() {
    return new Intent.Ping(
        body.isPresent("/repository") ? Optional.of(repository()) : Optional.empty(),
        body.isPresent("/hook_id")
            ? OptionalLong.of(body.number("/hook_id"))
            : OptionalLong.empty());
  }

  private Intent installation() {
    String action = body.text("/action");
    List<RepositoryName> named =
        body.isPresent("/repositories") ? repositories("/repositories") : List.of();
    return switch (action) {
      case "created", "unsuspend", "new_permissions_accepted" ->
          installation(action, named, List.of());
      case "deleted", "suspend" -> installation(action, List.of(), named);
      default ->
          new Intent.Ignored(
              "an installation that is " + Body.cut(action, 80) + " changes nothing here");
    };
  }

  private Intent installationRepositories() {
    String action = body.text("/action");
    return switch (action) {
      case "added", "removed" ->
          installation(
              action, repositories("/repositories_added"), repositories("/repositories_removed"));
      default ->
          new Intent.Ignored(
              "repositories that are " + Body.cut(action, 80) + " change nothing here");
    };
  }

  private Intent installation(
      String action, List<RepositoryName> added, List<RepositoryName> removed) {
    return new Intent.InstallationChanged(
        body.number("/installation/id"),
        // An enterprise has a slug in place of a login.
        body.textOr(
            "/installation/account/login", body.textOr("/installation/account/slug", "unknown")),
        action,
        added,
        removed);
  }

  private List<RepositoryName> repositories(String at) {
    List<RepositoryName> names = new ArrayList<>();
    for (int i = 0; i < body.list(at).size(); i++) {
      names.add(body.repository(at + "/" + i + "/full_name"));
    }
    return names;
  }

  private RepositoryName repository() {
    return body.repository("/repository/full_name");
  }
}
