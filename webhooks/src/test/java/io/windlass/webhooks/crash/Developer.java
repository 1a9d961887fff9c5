package io.windlass.webhooks.crash;

import io.windlass.webhooks.demo.SampleRepository;
import io.windlass.webhooks.demo.WebhookSender;
import io.windlass.webhooks.demo.WebhookSender.Push;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.eclipse.jgit.api.errors.GitAPIException;

/**
 * Somebody who commits and pushes, with GitHub behind, which delivers each push and remembers what
 * was answered.
 */
final class Developer {
  /** What a commit is made to come to. */
  enum Made {
    GOOD,
    /** Its last step fails. */
    FAILS,
    /** Its application does not start. */
    BREAKS,
    /** Its application starts, and answers with errors. */
    SICK
  }

  private final SampleRepository repository;
  private final WebhookSender github;
  private final Random random;
  private final Map<String, Made> made = new HashMap<>();
  private final Map<String, Integer> moves = new HashMap<>();
  private final Set<String> dropped = new HashSet<>();
  private final List<Push> pushes = new ArrayList<>();
  private final Set<String> answered = new HashSet<>();
  private final List<String> trunk = new ArrayList<>();
  private int commits;
  private int sent;
  private int replicas = 2;
  private String rollout = TinyApplication.ROLLING;

  Developer(SampleRepository repository, WebhookSender github, Random random) {
    this.repository = repository;
    this.github = github;
    this.random = random;
  }

  /** From the next commit on, releases replace each other in this way. */
  void rollOut(String how) {
    rollout = how;
  }

  /** A commit, made and moved to; GitHub has not told of it yet. */
  Push commit(Made what) throws IOException, GitAPIException {
    commits++;
    var folder = repository.folder();
    String version =
        switch (what) {
          case BREAKS -> TinyApplication.BROKEN;
          case SICK -> TinyApplication.SICK + " " + commits;
          case GOOD, FAILS -> Integer.toString(commits);
        };
    String verdict = what == Made.FAILS ? "bad" : TinyApplication.GOOD;
    Files.writeString(folder.resolve(TinyApplication.VERSION), version);
    Files.writeString(folder.resolve(TinyApplication.VERDICT), verdict + " " + commits);
    Files.writeString(
        folder.resolve(TinyApplication.PIPELINE), TinyApplication.pipeline(replicas, rollout));
    String before = repository.head();
    String after = repository.commit("Commit " + commits);
    made.put(after, what);
    trunk.add(after);
    return moved(before, after, false);
  }

  /** A good commit that wants another number of replicas. */
  Push resize() throws IOException, GitAPIException {
    replicas = replicas == 2 ? 3 : 2;
    return commit(Made.GOOD);
  }

  /** Forces the branch back by one commit; there must be two. */
  Push forceBack() throws IOException, GitAPIException {
    String before = trunk.removeLast();
    dropped.add(before);
    String after = trunk.getLast();
    repository.forceTo(after);
    return moved(before, after, true);
  }

  boolean canForceBack() {
    return trunk.size() > 1;
  }

  private Push moved(String before, String after, boolean forced) {
    moves.merge(after, 1, Integer::sum);
    Push push =
        new Push(
            new java.util.UUID(random.nextLong(), random.nextLong()).toString(),
            SampleRepository.BRANCH,
            before,
            after,
            forced,
            "Commit " + commits);
    pushes.add(push);
    return push;
  }

  /** Delivers once; whether it was answered 2xx. What met a dead server got no answer. */
  boolean deliver(Push push) throws InterruptedException {
    sent++;
    try {
      int status = github.deliver(push).status();
      if (status / 100 == 2) {
        answered.add(push.deliveryId());
        return true;
      }
      return false;
    } catch (IOException e) {
      return false;
    }
  }

  /** One of the pushes so far, any. */
  Push anyPush() {
    return pushes.get(random.nextInt(pushes.size()));
  }

  String head() throws IOException {
    return repository.head();
  }

  List<Push> pushes() {
    return List.copyOf(pushes);
  }

  /** Whether any of a push's deliveries was answered 2xx. */
  boolean answered(Push push) {
    return answered.contains(push.deliveryId());
  }

  int answeredPushes() {
    return answered.size();
  }

  /** Deliveries that were tried, the same ones again included. */
  int deliveries() {
    return sent;
  }

  Made made(String commit) {
    return made.getOrDefault(commit, Made.GOOD);
  }

  /** How many times the branch was moved to a commit. */
  int movesTo(String commit) {
    return moves.getOrDefault(commit, 0);
  }

  /** Whether a commit was taken away from the branch by force at some time. */
  boolean wasDropped(String commit) {
    return dropped.contains(commit);
  }
}
