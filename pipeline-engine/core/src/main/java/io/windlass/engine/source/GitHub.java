package io.windlass.engine.source;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** GitHub, or a GitHub Enterprise server, by a token or as an App. */
public final class GitHub implements SourceHost, AutoCloseable {
  /**
   * GitHub keeps deliveries for three days, and lists 100 of them or of pull requests on a page;
   * more pages than this are a flood, and the newest matter most.
   */
  private static final int MOST_PAGES = 30;

  private final GitHubCalls calls;
  private final GitHubIdentity identity;
  private final Optional<AppTokens> app;
  private final Heads heads;

  public GitHub(GitHubSettings settings, Heads heads, InstantSource clock) {
    this.calls = new GitHubCalls(settings, clock);
    this.identity = settings.identity();
    this.heads = heads;
    this.app =
        switch (settings.identity()) {
          case GitHubIdentity.Token _ -> Optional.empty();
          case GitHubIdentity.App own -> Optional.of(new AppTokens(own, calls, clock));
        };
  }

  @Override
  public Answer<Map<Ref, String>> heads(RepositoryName repository) throws SourceHostException {
    return heads.of(repository);
  }

  @Override
  public Answer<List<Intent.PullRequest>> openPullRequests(RepositoryName repository)
      throws SourceHostException {
    String what = "list the open pull requests of " + repository;
    List<Intent.PullRequest> open = new ArrayList<>();
    return pages(
            "/repos/" + repository + "/pulls?state=open&sort=updated&direction=desc&per_page=100",
            path -> with(repository, token -> calls.get(what, path, token)),
            page -> {
              open.addAll(EventReader.pullRequests(what, repository, page));
              return true;
            })
        .then(_ -> new Answer.Given<>(open));
  }

  @Override
  public Answer<Answer.Done> status(RepositoryName repository, CommitStatus status)
      throws SourceHostException {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("state", status.state().name().toLowerCase(Locale.ROOT));
    body.put("context", status.context());
    body.put("description", status.description());
    status.target().ifPresent(target -> body.put("target_url", target.toString()));
    String what =
        "mark "
            + repository
            + "@"
            + status.sha()
            + " as "
            + status.state()
            + " for "
            + status.context();
    return done(
        with(
            repository,
            token ->
                calls.post(
                    what, "/repos/" + repository + "/statuses/" + status.sha(), token, body)));
  }

  @Override
  public Answer<List<FailedDelivery>> failedDeliveries(Hook hook, Instant since)
      throws SourceHostException {
    String what = "list the deliveries of " + name(hook);
    Set<String> arrived = new HashSet<>();
    Map<String, FailedDelivery> failed = new LinkedHashMap<>();
    return pages(
            path(hook) + "/deliveries?per_page=100",
            path -> with(hook, token -> calls.get(what, path, token)),
            page -> collect(page, since, arrived, failed))
        .then(_ -> {
          List<FailedDelivery> oldestFirst = new ArrayList<>(failed.values());
          oldestFirst.removeIf(delivery -> arrived.contains(delivery.guid()));
          return new Answer.Given<>(oldestFirst.reversed());
        });
  }

  @Override
  public Answer<Answer.Done> redeliver(Hook hook, long deliveryId) throws SourceHostException {
    String what = "ask for delivery " + deliveryId + " of " + name(hook) + " again";
    return done(
        with(
            hook,
            token ->
                calls.post(
                    what,
                    path(hook) + "/deliveries/" + deliveryId + "/attempts",
                    token,
                    Map.of())));
  }

  /**
   * The token for fetching a repository, valid now: what {@code Credentials.Token} asks for at each
   * fetch.
   *
   * @throws IOException when GitHub gives none; the message says why and carries no secret
   */
  public String cloneToken(RepositoryName repository) throws IOException {
    try {
      return switch (token(repository)) {
        case Answer.Given<String>(String token) -> token;
        case Answer.RateLimited<String>(Instant _, String reason) -> throw new IOException(reason);
        case Answer.Refused<String>(String reason) -> throw new IOException(reason);
      };
    } catch (SourceHostException failed) {
      throw new IOException(failed.getMessage(), failed);
    }
  }

  @Override
  public void close() {
    calls.close();
  }

  private interface PageCall {
    Answer<GitHubCalls.Reply> at(String path) throws SourceHostException;
  }

  private interface PageReader {
    /** Whether the next page is wanted too. */
    boolean read(JsonNode page) throws SourceHostException;
  }

  /** Reads one page after the other, as long as GitHub names a next one and it is wanted. */
  private static Answer<Answer.Done> pages(String first, PageCall call, PageReader reader)
      throws SourceHostException {
    Optional<String> page = Optional.of(first);
    for (int pages = 0; page.isPresent() && pages < MOST_PAGES; pages++) {
      Answer<Optional<String>> next =
          call.at(page.get())
              .then(reply ->
                  new Answer.Given<>(reader.read(reply.body()) ? reply.next() : Optional.empty()));
      if (!(next instanceof Answer.Given<Optional<String>>(Optional<String> path))) {
        return next.then(_ -> new Answer.Given<>(Answer.Done.DONE));
      }
      page = path;
    }
    return new Answer.Given<>(Answer.Done.DONE);
  }

  /** Newest first, as GitHub lists them; false when the page reaches back far enough. */
  private static boolean collect(
      JsonNode page, Instant since, Set<String> arrived, Map<String, FailedDelivery> failed) {
    for (JsonNode attempt : page) {
      Optional<Instant> at = instant(attempt.path("delivered_at").asText());
      if (at.isEmpty()) {
        continue;
      }
      if (at.get().isBefore(since)) {
        return false;
      }
      String guid = attempt.path("guid").asText();
      if (attempt.path("status_code").asInt() / 100 == 2) {
        arrived.add(guid);
      } else {
        failed.putIfAbsent(
            guid,
            new FailedDelivery(
                attempt.path("id").asLong(),
                guid,
                attempt.path("event").asText(),
                Body.cut(attempt.path("status").asText(), 200),
                at.get()));
      }
    }
    return true;
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeException unreadable) {
      return Optional.empty();
    }
  }

  private interface Call {
    Answer<GitHubCalls.Reply> with(String token) throws SourceHostException;
  }

  private Answer<GitHubCalls.Reply> with(Hook hook, Call call) throws SourceHostException {
    return switch (hook) {
      case Hook.OfRepository(RepositoryName repository, long _) -> with(repository, call);
      case Hook.OfOrganization(String _, long _, RepositoryName member) -> with(member, call);
      case Hook.OfApp() ->
          app.isPresent()
              ? call.with(app.get().jwt())
              : new Answer.Refused<>(
                  "Tried to use the App's hook but only a token is configured; configure the App's id and key");
    };
  }

  private Answer<GitHubCalls.Reply> with(RepositoryName repository, Call call)
      throws SourceHostException {
    return token(repository)
        .then(token -> {
          Answer<GitHubCalls.Reply> answer = call.with(token);
          if (answer instanceof Answer.Refused) {
            // The refusal may be for a token that was withdrawn; the next call asks for another.
            app.ifPresent(tokens -> tokens.forget(repository));
          }
          return answer;
        });
  }

  private Answer<String> token(RepositoryName repository) throws SourceHostException {
    return switch (identity) {
      case GitHubIdentity.Token(String value) -> new Answer.Given<>(value);
      case GitHubIdentity.App _ -> app.orElseThrow().of(repository);
    };
  }

  private static Answer<Answer.Done> done(Answer<GitHubCalls.Reply> answer) {
    return answer.then(_ -> new Answer.Given<>(Answer.Done.DONE));
  }

  private static String path(Hook hook) {
    return switch (hook) {
      case Hook.OfRepository(RepositoryName repository, long id) ->
          "/repos/" + repository + "/hooks/" + id;
      case Hook.OfOrganization(String login, long id, RepositoryName _) ->
          "/orgs/" + login + "/hooks/" + id;
      case Hook.OfApp() -> "/app/hook";
    };
  }

  private static String name(Hook hook) {
    return switch (hook) {
      case Hook.OfRepository(RepositoryName repository, long id) ->
          "hook " + id + " of " + repository;
      case Hook.OfOrganization(String login, long id, RepositoryName _) ->
          "hook " + id + " of " + login;
      case Hook.OfApp() -> "the App's hook";
    };
  }
}
