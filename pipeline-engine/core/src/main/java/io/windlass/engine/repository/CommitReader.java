package io.windlass.engine.repository;

import com.google.common.cache.CacheBuilder;
import com.google.common.cache.CacheLoader;
import com.google.common.cache.LoadingCache;
import io.windlass.engine.git.ChangedPaths;
import io.windlass.engine.git.Fetched;
import io.windlass.engine.git.FileAtCommit;
import io.windlass.engine.git.GitException;
import io.windlass.engine.git.Mirror;
import io.windlass.engine.git.Mirrors;
import io.windlass.engine.journal.Retry;
import io.windlass.engine.pipeline.On;
import io.windlass.engine.pipeline.Pipeline;
import io.windlass.engine.pipeline.PipelineReader;
import io.windlass.engine.pipeline.Triggers;
import io.windlass.engine.run.CloneSource;
import io.windlass.engine.run.RunTrigger;
import io.windlass.engine.source.Ref;
import io.windlass.engine.source.RepositoryName;
import io.windlass.engine.source.Sha;
import io.windlass.scaler.syntax.Problem;
import io.windlass.scaler.syntax.Source;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Fetches the commit that an ask is about, and reads what the repository's file says of it. */
final class CommitReader {
  /**
   * Longer than a host is usually away: what is given up here is a run that people must ask for
   * again.
   */
  static final Retry RETRY = new Retry(40, Duration.ofSeconds(1), Duration.ofMinutes(2));

  private static final long LARGEST_FILE = 1 << 20;

  /** Few commits change the file, so it is mostly one that was read before. */
  private static final long MOST_CHARACTERS = 1 << 20;

  private final LoadingCache<String, PipelineReader.ReadResult> files =
      CacheBuilder.newBuilder()
          .maximumWeight(MOST_CHARACTERS)
          .weigher((String text, PipelineReader.ReadResult _) -> text.length())
          .build(
              CacheLoader.from(text -> PipelineReader.read(new Source(PipelineReader.FILE, text))));
  private final Mirrors mirrors;
  private final CloneSource.Lookup sources;

  CommitReader(Mirrors mirrors, CloneSource.Lookup sources) {
    this.mirrors = mirrors;
    this.sources = sources;
  }

  /**
   * What the file says.
   *
   * @param schedules of the file, where it is the default branch's
   */
  record Answer(Resolution resolution, Optional<List<ScheduleEntry>> schedules) {
    static Answer of(Resolution resolution) {
      return new Answer(resolution, Optional.empty());
    }

    /** The commit could not be read for longer than we try. */
    static Answer unreadable(Throwable error) {
      return of(
          new Resolution.Unreadable(
              Objects.requireNonNullElse(error.getMessage(), error.toString())));
    }
  }

  /**
   * The file's answer to an ask.
   *
   * @throws GitException when the host could not be reached; worth another attempt
   */
  Answer read(RepositoryEffect.Read wanted) throws GitException {
    return read(wanted.repository(), wanted.ask(), wanted.defaultBranch());
  }

  /**
   * The same, of the default branch as the host has it, where the ask names no ref: nobody has
   * heard of the repository's branches yet.
   */
  RepositoryEffect.Read placed(RepositoryEffect.Read wanted) throws GitException {
    var name = RepositoryName.of(wanted.repository());
    Optional<CloneSource> source = sources.of(name);
    if (!wanted.ask().ref().isEmpty() || source.isEmpty()) {
      return wanted;
    }
    try {
      return mirrors
          .remoteHeads(name, source.get().url(), source.get().credentials())
          .defaultBranch()
          .map(branch ->
              new RepositoryEffect.Read(
                  wanted.repository(), wanted.ask().on(branch.name()), branch.name()))
          .orElse(wanted);
    } catch (GitException e) {
      return switch (e.fault()) {
        case REPOSITORY, SETUP -> wanted; // reading it says the same, and why
        case WORLD -> throw e;
      };
    }
  }

  /** The schedules of a branch's file as it is now; none where there is no file, or a wrong one. */
  List<ScheduleEntry> schedules(String repository, String branch) throws GitException {
    var name = RepositoryName.of(repository);
    Optional<CloneSource> source = sources.of(name);
    if (source.isEmpty()) {
      return List.of();
    }
    Mirror mirror = mirrors.fetch(name, source.get().url(), source.get().credentials());
    Optional<String> head = Ref.parse(branch).map(mirror.heads()::get);
    Optional<String> commit = head.isEmpty() ? head : mirror.commit(head.get());
    return commit.isPresent()
            && mirror.read(commit.get(), PipelineReader.FILE, LARGEST_FILE)
                instanceof FileAtCommit.Found(var text)
        ? files.getUnchecked(text).pipeline().map(CommitReader::schedules).orElse(List.of())
        : List.of();
  }

  private Answer read(String repository, Ask ask, String defaultBranch) throws GitException {
    var name = RepositoryName.of(repository);
    Optional<CloneSource> source = sources.of(name);
    if (source.isEmpty()) {
      return Answer.of(new Resolution.Unreadable(unknown(repository)));
    }
    try {
      Optional<Fetched.Ready> ready = fetch(name, source.get(), ask);
      return ready.isEmpty()
          ? Answer.of(
              new Resolution.Vanished(
                  "what " + ask.ref() + " named is not in the repository any more"))
          : look(name, source.get(), ready.get(), ask, defaultBranch);
    } catch (GitException e) {
      return switch (e.fault()) {
        case REPOSITORY, SETUP ->
            Answer.of(new Resolution.Unreadable(String.valueOf(e.getMessage())));
        case WORLD -> throw e;
      };
    }
  }

  private Optional<Fetched.Ready> fetch(RepositoryName name, CloneSource source, Ask ask)
      throws GitException {
    Optional<String> sha = ask.after();
    if (sha.isEmpty()) {
      Mirror mirror = mirrors.fetch(name, source.url(), source.credentials());
      Optional<Ref> ref = Ref.parse(ask.ref());
      Optional<String> named =
          ref.isEmpty() ? Optional.empty() : Optional.ofNullable(mirror.heads().get(ref.get()));
      Optional<String> commit = named.isEmpty() ? Optional.empty() : mirror.commit(named.get());
      return commit.map(found -> new Fetched.Ready(mirror, found));
    }
    return switch (mirrors.fetchCommit(name, source.url(), source.credentials(), sha.get())) {
      case Fetched.Ready ready -> Optional.of(ready);
      case Fetched.CommitVanished vanished -> Optional.empty();
    };
  }

  private Answer look(
      RepositoryName name, CloneSource source, Fetched.Ready ready, Ask ask, String defaultBranch)
      throws GitException {
    Mirror mirror = ready.mirror();
    String commit = ready.commit();
    if (ask.doubt().isPresent()) {
      Optional<Resolution.Late> late = late(name, source, ready, ask, ask.doubt().get());
      if (late.isPresent()) {
        return Answer.of(late.get());
      }
    }
    return switch (mirror.read(commit, PipelineReader.FILE, LARGEST_FILE)) {
      case FileAtCommit.Absent absent ->
          Answer.of(new Resolution.NoFile("there is no " + PipelineReader.FILE + " at the commit"));
      case FileAtCommit.NotAFile(var kind) ->
          Answer.of(
              new Resolution.NoFile(PipelineReader.FILE + " is a " + kind + " and not a file"));
      case FileAtCommit.TooLarge(var size, var limit) ->
          Answer.of(
              new Resolution.Invalid(
                  commit,
                  title(mirror, commit, ask),
                  List.of(PipelineReader.FILE + " has " + size + " bytes; use at most " + limit)));
      case FileAtCommit.Found(var text) ->
          judge(mirror, commit, ask, defaultBranch, files.getUnchecked(text));
    };
  }

  /** Whether later events of the ref came before this one. */
  private Optional<Resolution.Late> late(
      RepositoryName name, CloneSource source, Fetched.Ready ready, Ask ask, Ask.Doubt doubt)
      throws GitException {
    String newest = doubt.decided().getFirst();
    if (!doubt.forced() && ready.mirror().isAncestor(ready.commit(), newest)) {
      return Optional.of(
          new Resolution.Late(
              "commit " + newest + ", which holds this one, was decided before", newest));
    }
    // The commit may have been taken away since, and then no commit holds it.
    Map<Ref, String> refs = mirrors.remoteHeads(name, source.url(), source.credentials()).refs();
    return Ref.parse(ask.ref())
        .flatMap(ref -> Optional.ofNullable(refs.get(ref)))
        .filter(now -> !Optional.of(now).equals(ask.after()) && doubt.decided().contains(now))
        .map(now ->
            new Resolution.Late("the ref names commit " + now + ", which was decided before", now));
  }

  private Answer judge(
      Mirror mirror, String commit, Ask ask, String defaultBranch, PipelineReader.ReadResult read)
      throws GitException {
    if (read.pipeline().isEmpty() || !read.problems().isEmpty()) {
      return Answer.of(
          new Resolution.Invalid(
              commit,
              title(mirror, commit, ask),
              read.problems().stream().map(Problem::toString).toList()));
    }
    Pipeline pipeline = read.pipeline().get();
    Optional<List<ScheduleEntry>> schedules =
        ask.ref().equals(defaultBranch) && ask.kind() != RunTrigger.Kind.PULL_REQUEST
            ? Optional.of(schedules(pipeline))
            : Optional.empty();
    Resolution resolution =
        switch (verdict(mirror, commit, ask, defaultBranch, pipeline.on())) {
          case Triggers.Verdict.Match _ ->
              new Resolution.Matched(commit, pipeline, title(mirror, commit, ask), "");
          case Triggers.Verdict.Filtered(var reason) -> new Resolution.Filtered(reason);
        };
    return new Answer(resolution, schedules);
  }

  /** What has changed is looked for only where a filter of paths asks for it. */
  private static Triggers.Verdict verdict(
      Mirror mirror, String commit, Ask ask, String defaultBranch, On on) throws GitException {
    Triggers.Verdict byName = Triggers.matches(on, Planner.trigger(ask), Optional.empty());
    return byName instanceof Triggers.Verdict.Match && on.filtersPaths()
        ? Triggers.matches(on, Planner.trigger(ask), changed(mirror, commit, ask, defaultBranch))
        : byName;
  }

  /** A pull request has a title of its own. */
  private static String title(Mirror mirror, String commit, Ask ask) throws GitException {
    return ask.kind() == RunTrigger.Kind.PULL_REQUEST ? "" : mirror.subject(commit);
  }

  private static List<ScheduleEntry> schedules(Pipeline pipeline) {
    return pipeline.on().schedule().stream()
        .map(schedule -> new ScheduleEntry(schedule.cron().toString(), schedule.timezone().getId()))
        .toList();
  }

  /** Empty where it cannot be told: then a filter of paths lets the commit through. */
  private static Optional<List<String>> changed(
      Mirror mirror, String commit, Ask ask, String defaultBranch) throws GitException {
    Optional<Ref> trunk = Ref.parse(defaultBranch);
    return switch (ask.kind()) {
      case SCHEDULE, MANUAL -> Optional.empty();
      case PULL_REQUEST ->
          ask.before().isEmpty()
              ? Optional.empty()
              : whole(mirror.changedSince(ask.before().get(), commit));
      case PUSH ->
          trunk.isEmpty()
              ? Optional.empty()
              : whole(mirror.changedPaths(ask.before().orElse(Sha.NONE), commit, trunk.get()));
    };
  }

  private static Optional<List<String>> whole(ChangedPaths changed) {
    return changed.complete() ? Optional.of(List.copyOf(changed.paths())) : Optional.empty();
  }

  static String unknown(String repository) {
    return "repository \"" + repository + "\" is not in the server's file";
  }
}
