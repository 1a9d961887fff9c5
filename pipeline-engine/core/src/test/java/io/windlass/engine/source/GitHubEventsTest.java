package io.windlass.engine.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.windlass.engine.NpmPart;
import io.windlass.engine.journal.StoredForm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GitHubEventsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String OLD = "a".repeat(40);
  private static final String NEW = "b".repeat(40);

  @Test
  void every_example_of_githubs_own_is_understood_or_ignored_with_a_reason() throws Exception {
    Map<String, Integer> kinds = new TreeMap<>();
    for (JsonNode event : examples()) {
      for (JsonNode example : event.path("examples")) {
        Intent intent = GitHubEvents.read(event.path("name").asText(), example);
        kinds.merge(intent.getClass().getSimpleName(), 1, Integer::sum);
        assertThat(intent).as(event.path("name").asText()).isNotInstanceOf(Intent.Malformed.class);
        assertThat(StoredForm.read(Intent.class, StoredForm.write(Intent.class, intent)))
            .isEqualTo(intent);
        if (intent instanceof Intent.Ignored(String reason)) {
          assertThat(reason).isNotBlank();
        }
      }
    }
    assertThat(kinds)
        .containsEntry("Pushed", 7)
        .containsEntry("Ping", 4)
        .containsEntry("InstallationChanged", 10)
        .containsKeys("PullRequestOpened", "PullRequestUpdated", "Ignored");
  }

  @Test
  void a_push_of_many_commits_keeps_the_first_and_counts_all() {
    Intent.Pushed pushed = pushed(push("refs/heads/main", OLD, NEW, false, 50));

    assertThat(pushed.commits()).hasSize(GitHubEvents.COMMITS_KEPT);
    assertThat(pushed.commitCount()).isEqualTo(50);
    assertThat(pushed.commits().getFirst().summary()).isEqualTo("commit 0");
    assertThat(pushed.headCommit()).contains(NEW);
    assertThat(pushed.created()).isFalse();
    assertThat(pushed.deleted()).isFalse();
  }

  @Test
  void a_push_that_does_not_say_whether_it_was_forced_was_not() {
    ObjectNode body = push("refs/heads/main", OLD, NEW, true, 1);
    body.remove("forced");

    assertThat(pushed(body).forced()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "refs/heads/main, old, new, true, false, false",
    "refs/heads/topic/x, none, new, false, true, false",
    "refs/tags/v1, none, new, false, true, false",
    "refs/heads/main, old, none, false, false, true",
  })
  void forced_created_and_deleted_are_told_apart(
      String ref, String before, String after, boolean forced, boolean created, boolean deleted) {
    Map<String, String> ids = Map.of("old", OLD, "new", NEW, "none", Sha.NONE);
    Intent.Pushed pushed =
        pushed(push(ref, ids.getOrDefault(before, ""), ids.getOrDefault(after, ""), forced, 1));

    assertThat(pushed)
        .extracting(
            Intent.Pushed::ref,
            Intent.Pushed::forced,
            Intent.Pushed::created,
            Intent.Pushed::deleted)
        .containsExactly(new Ref(ref), forced, created, deleted);
  }

  @ParameterizedTest
  @CsvSource({
    "opened, PullRequestOpened",
    "reopened, PullRequestOpened",
    "synchronize, PullRequestUpdated",
    "closed, Ignored",
    "labeled, Ignored"
  })
  void pull_requests_count_when_they_have_a_commit_to_check(String action, String kind) {
    assertThat(
            GitHubEvents.read("pull_request", pullRequest(action, Optional.of("acme/shop")))
                .getClass()
                .getSimpleName())
        .isEqualTo(kind);
  }

  @ParameterizedTest
  @CsvSource({"acme/shop, false", "ACME/Shop, false", "mallory/shop, true", "'', true"})
  void a_head_anywhere_else_is_a_fork(String head, boolean fork) {
    Optional<String> repository = Optional.of(head).filter(name -> !name.isEmpty());

    assertThat(GitHubEvents.read("pull_request", pullRequest("opened", repository)))
        .isInstanceOfSatisfying(
            Intent.PullRequestOpened.class,
            opened -> assertThat(opened.pullRequest().fromFork()).isEqualTo(fork));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/ref | \"main\" | a ref such as refs/heads/main",
        "/ref | \"refs/heads/../../etc\" | a ref such as refs/heads/main",
        "/after | \"DROP TABLE\" | an object id: 40 hexadecimal digits",
        "/after | 17 | a string",
        "/repository/full_name | \"acme/../../etc\" | a repository such as acme/shop",
        "/forced | \"yes\" | true or false",
        "/commits | {} | a list",
        "/head_commit/id | null | a string",
        "/repository | [] | a string",
      })
  void what_github_would_not_send_is_told_with_its_place(String at, String value, String expected)
      throws Exception {
    ObjectNode body = push("refs/heads/main", OLD, NEW, false, 1);
    set(body, at, JSON.readTree(value));

    assertThat(GitHubEvents.read("push", body))
        .isInstanceOfSatisfying(
            Intent.Malformed.class,
            malformed -> {
              assertThat(malformed.at()).startsWith(at);
              assertThat(malformed.expected()).isEqualTo(expected);
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "[]", "17", "\"text\"", "{}"})
  void a_body_of_another_shape_is_malformed_for_events_that_need_one(String body) throws Exception {
    for (String event :
        List.of("push", "pull_request", "installation", "installation_repositories")) {
      assertThat(GitHubEvents.read(event, JSON.readTree(body)))
          .isInstanceOf(Intent.Malformed.class);
    }
    assertThat(GitHubEvents.read("push", JSON.missingNode())).isInstanceOf(Intent.Malformed.class);
  }

  @Test
  void any_change_to_any_event_still_gives_an_intent() throws Exception {
    long seed = Long.getLong("windlass.seed", 20260301L);
    Random random = new Random(seed);
    List<ObjectNode> bodies =
        List.of(
            push("refs/heads/main", OLD, NEW, false, 3),
            pullRequest("opened", Optional.of("acme/shop")),
            installation());
    List<String> events = List.of("push", "pull_request", "installation");
    for (int round = 0; round < 20_000; round++) {
      int which = random.nextInt(bodies.size());
      ObjectNode body = bodies.get(which).deepCopy();
      for (int i = random.nextInt(3); i >= 0; i--) {
        mutate(body, random);
      }
      assertThat(GitHubEvents.read(events.get(which), body))
          .as("seed %d round %d", seed, round)
          .isNotNull();
    }
  }

  private static void mutate(JsonNode node, Random random) {
    if (node instanceof ObjectNode object && !object.isEmpty()) {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      String name = names.get(random.nextInt(names.size()));
      if (object.get(name).isContainerNode() && random.nextBoolean()) {
        mutate(object.get(name), random);
      } else {
        object.set(name, hostile(random));
      }
    } else if (node instanceof ArrayNode array && !array.isEmpty()) {
      array.set(random.nextInt(array.size()), hostile(random));
    }
  }

  private static JsonNode hostile(Random random) {
    JsonNodeFactory make = JsonNodeFactory.instance;
    return switch (random.nextInt(9)) {
      case 0 -> make.nullNode();
      case 1 -> make.textNode("");
      case 2 -> make.textNode("\u0000/../\uD800".repeat(1 + random.nextInt(500)));
      case 3 -> make.numberNode(Double.NaN);
      case 4 -> make.numberNode(new java.math.BigInteger("9".repeat(60)));
      case 5 -> make.objectNode();
      case 6 -> make.arrayNode().add(make.arrayNode());
      case 7 -> make.booleanNode(true);
      default -> make.textNode(Sha.NONE);
    };
  }

  private static Intent.Pushed pushed(JsonNode body) {
    Intent intent = GitHubEvents.read("push", body);
    assertThat(intent).isInstanceOf(Intent.Pushed.class);
    return (Intent.Pushed) intent;
  }

  private static ObjectNode push(
      String ref, String before, String after, boolean forced, int commits) {
    ObjectNode body = JSON.createObjectNode();
    body.put("ref", ref).put("before", before).put("after", after).put("forced", forced);
    body.put("created", before.equals(Sha.NONE)).put("deleted", after.equals(Sha.NONE));
    body.putObject("repository").put("full_name", "acme/shop").put("default_branch", "main");
    body.putObject("pusher").put("name", "ada");
    ArrayNode list = body.putArray("commits");
    for (int i = 0; i < commits; i++) {
      ObjectNode commit =
          list.addObject().put("id", i == commits - 1 && Sha.isObject(after) ? after : OLD);
      commit
          .put("message", "commit " + i + "\n\nbody")
          .put("timestamp", "2026-03-01T12:00:00+01:00");
      commit.putObject("author").put("name", "Ada");
    }
    if (Sha.isObject(after)) {
      body.putObject("head_commit").put("id", after);
    } else {
      body.putNull("head_commit");
    }
    return body;
  }

  private static ObjectNode pullRequest(String action, Optional<String> headRepository) {
    ObjectNode body = JSON.createObjectNode().put("action", action).put("number", 7);
    body.putObject("repository").put("full_name", "acme/shop");
    ObjectNode pull =
        body.putObject("pull_request").put("number", 7).put("title", "t").put("draft", false);
    pull.putObject("user").put("login", "mallory");
    ObjectNode head = pull.putObject("head").put("sha", NEW).put("ref", "topic");
    head.set(
        "repo",
        headRepository
            .<JsonNode>map(name -> JSON.createObjectNode().put("full_name", name))
            .orElse(JsonNodeFactory.instance.nullNode()));
    pull.putObject("base").put("sha", OLD).put("ref", "main");
    return body;
  }

  private static ObjectNode installation() {
    ObjectNode body = JSON.createObjectNode().put("action", "created");
    body.putObject("installation").put("id", 5).putObject("account").put("login", "acme");
    body.putArray("repositories").addObject().put("full_name", "acme/shop");
    return body;
  }

  private static void set(ObjectNode body, String at, JsonNode value) {
    int slash = at.lastIndexOf('/');
    ((ObjectNode) body.at(at.substring(0, slash))).set(at.substring(slash + 1), value);
  }

  private static JsonNode examples() throws Exception {
    Path file =
        NpmPart.modules("_octokit_webhooks-examples-7.6.1")
            .resolve("@octokit/webhooks-examples/api.github.com/index.json");
    return JSON.readTree(Files.readAllBytes(file));
  }
}
