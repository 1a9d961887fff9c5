package io.windlass.webhooks.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.DatabaseSettings;
import io.windlass.engine.journal.Journal;
import io.windlass.engine.journal.Machine;
import io.windlass.engine.journal.Performer;
import io.windlass.engine.journal.Transition;
import io.windlass.engine.repository.RefEvent;
import io.windlass.engine.repository.RefMachine;
import io.windlass.webhooks.delivery.HookDirectory.Hook;
import io.windlass.webhooks.delivery.HookDirectory.Scope;
import io.windlass.webhooks.delivery.Intake.Answer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IntakeTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final String SHA = "1234567890123456789012345678901234567890";

  @TempDir private Path data;
  private Database database;
  private Journal journal;
  private Intake intake;
  private Deliveries deliveries;

  @BeforeEach
  void open() {
    database = Database.open(DatabaseSettings.in(data));
    journal = new Journal(database, InstantSource.fixed(NOW));
    journal.register(new DeliveryMachine(), Performer.idle(), new DeliveryTable());
    journal.register(new Listening(), Performer.idle());
    journal.start();
    deliveries = new Deliveries(database);
    intake = new Intake(journal, InstantSource.fixed(NOW));
    Hook shop =
        new Hook(
            WebhookSecret.of("shop-secret", Optional.of("older-secret")),
            new Scope.Repository("acme/shop"));
    Hook organization =
        new Hook(
            WebhookSecret.of("organization-secret", Optional.empty()),
            new Scope.Organization("acme"));
    Hook app = new Hook(WebhookSecret.of("app-secret", Optional.empty()), new Scope.App("77"));
    intake.serve(
        new HookDirectory(
            Map.of("acme/shop", shop),
            Map.of("1001", shop, "2002", organization),
            Map.of("77", app)),
        List.of("acme/shop"));
  }

  @AfterEach
  void close() {
    journal.close();
    database.close();
  }

  @Test
  void aSignedPushIsStoredAndHandedToItsRepository() {
    Answer answer = intake.receive(push("d-1", "acme/shop", byPath("acme/shop"), "shop-secret"));

    assertThat(answer).isEqualTo(new Answer.Accepted("d-1", new Fate.HandedOn()));
    assertThat(heard()).containsExactly("delivery d-1");
    assertThat(deliveries.find("d-1").orElseThrow().fate()).isEqualTo("accepted");
  }

  @Test
  void aDeliveryThatComesAgainCountsOnce() {
    intake.receive(push("d-1", "acme/shop", byPath("acme/shop"), "shop-secret"));

    Answer again = intake.receive(push("d-1", "acme/shop", byPath("acme/shop"), "shop-secret"));

    assertThat(again).isEqualTo(new Answer.Repeated("d-1"));
    assertThat(heard()).containsExactly("delivery d-1");
    assertThat(deliveries.count()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "acme/shop, , , shop-secret, Accepted",
    "ACME/Shop, , , shop-secret, Accepted",
    "acme/shop, , , older-secret, Accepted",
    "acme/shop, , , other, Refused",
    "acme/other, , , shop-secret, Refused",
    ", 1001, , shop-secret, Accepted",
    ", 2002, , organization-secret, Accepted",
    ", 2002, , shop-secret, Refused",
    ", 9999, , shop-secret, Refused",
    ", , 77, app-secret, Accepted",
    ", 1, 77, app-secret, Accepted",
    ", , , shop-secret, Refused",
  })
  void theSecretIsChosenByAddressHookOrApp(
      String path, String hookId, String appId, String secret, String expected) {
    HookKey key =
        new HookKey(
            Optional.ofNullable(path), Optional.ofNullable(hookId), Optional.ofNullable(appId));

    assertThat(intake.receive(push("d-1", "acme/shop", key, secret)).getClass().getSimpleName())
        .isEqualTo(expected);
  }

  @Test
  void aHookSpeaksForItsOwnRepositoryOnly() {
    assertThat(intake.receive(push("d-1", "acme/bank", byPath("acme/shop"), "shop-secret")))
        .isEqualTo(new Answer.Refused());
    assertThat(intake.receive(push("d-2", "other/shop", byHook("2002"), "organization-secret")))
        .isEqualTo(new Answer.Refused());
    assertThat(deliveries.count()).isZero();
  }

  @Test
  void aRepositoryThatIsNotServedIsStoredAndIgnoredWithTheReason() {
    Answer answer = intake.receive(push("d-1", "acme/bank", byHook("2002"), "organization-secret"));

    assertThat(answer)
        .isInstanceOfSatisfying(
            Answer.Accepted.class,
            a -> assertThat(a.fate().reason()).contains("acme/bank", "repo add"));
    assertThat(heard()).isEmpty();
    assertThat(deliveries.find("d-1").orElseThrow().repository()).isEmpty();
  }

  @Test
  void anEventThatAsksNothingIsStoredAsIgnored() {
    Answer answer =
        intake.receive(
            signed(
                "d-1",
                "star",
                "{\"repository\":{\"full_name\":\"acme/shop\"}}",
                byPath("acme/shop"),
                "shop-secret"));

    assertThat(answer)
        .isInstanceOfSatisfying(
            Answer.Accepted.class, a -> assertThat(a.fate().word()).isEqualTo("ignored"));
    assertThat(deliveries.find("d-1").orElseThrow().reason()).isNotBlank();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"not json", "[]", "''", "{\"a\":", "7", "null"})
  void whatIsNotAJsonObjectIsUnreadableAndNotStored(String body) {
    Answer answer = intake.receive(signed("d-1", "push", body, byPath("acme/shop"), "shop-secret"));

    assertThat(answer).isInstanceOf(Answer.Unreadable.class);
    assertThat(deliveries.count()).isZero();
  }

  @Test
  void aDeeplyNestedBodyIsUnreadable() {
    String deep = "{\"a\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}";

    assertThat(intake.receive(signed("d-1", "push", deep, byPath("acme/shop"), "shop-secret")))
        .isInstanceOf(Answer.Unreadable.class);
  }

  @Test
  void nothingIsReadBeforeTheSignatureIsRight() {
    assertThat(intake.receive(signed("", "", "not json", byPath("acme/shop"), "wrong")))
        .isEqualTo(new Answer.Refused());
  }

  @Test
  void aFormIsReadLikeJson() {
    String form = "payload=" + URLEncoder.encode(body("acme/shop"), StandardCharsets.UTF_8);
    Intake.Request json = signed("d-1", "push", form, byPath("acme/shop"), "shop-secret");
    Intake.Request request =
        new Intake.Request(
            json.key(),
            json.event(),
            json.id(),
            json.signature(),
            "application/x-www-form-urlencoded",
            json.body());

    assertThat(intake.receive(request)).isInstanceOf(Answer.Accepted.class);
  }

  @ParameterizedTest
  @CsvSource({"sha256=", "sha256=zz", "sha1=00", "''"})
  void aSignatureThatIsNoneIsRefused(String signature) {
    Intake.Request right = push("d-1", "acme/shop", byPath("acme/shop"), "shop-secret");
    Intake.Request request =
        new Intake.Request(
            right.key(), right.event(), right.id(), signature, right.contentType(), right.body());

    assertThat(intake.receive(request)).isEqualTo(new Answer.Refused());
  }

  @Test
  void aClosedDatabaseMakesItUnavailable() {
    database.close();

    assertThat(intake.receive(push("d-1", "acme/shop", byPath("acme/shop"), "shop-secret")))
        .isInstanceOf(Answer.Unavailable.class);
  }

  @Test
  void theListIsPagedNewestFirst() {
    for (int i = 0; i < 5; i++) {
      intake.receive(push("d-" + i, "acme/shop", byPath("acme/shop"), "shop-secret"));
    }

    Deliveries.Page first = deliveries.list(Optional.of("acme/shop"), Optional.empty(), 3);
    Deliveries.Page second = deliveries.list(Optional.of("acme/shop"), first.next(), 3);

    assertThat(first.items()).extracting(Deliveries.Row::id).containsExactly("d-4", "d-3", "d-2");
    assertThat(second.items()).extracting(Deliveries.Row::id).containsExactly("d-1", "d-0");
    assertThat(second.next()).isEmpty();
  }

  private List<String> heard() {
    return journal
        .state(RefMachine.subject("acme/shop", "refs/heads/main"), Heard.class)
        .map(Heard::deliveries)
        .orElse(List.of());
  }

  private static HookKey byPath(String path) {
    return new HookKey(Optional.of(path), Optional.empty(), Optional.empty());
  }

  private static HookKey byHook(String id) {
    return new HookKey(Optional.empty(), Optional.of(id), Optional.empty());
  }

  private static Intake.Request push(String id, String repository, HookKey key, String secret) {
    return signed(id, "push", body(repository), key, secret);
  }

  private static Intake.Request signed(
      String id, String event, String body, HookKey key, String secret) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return new Intake.Request(
        key, event, id, "sha256=" + hmac(secret, bytes), "application/json", bytes);
  }

  private static String body(String repository) {
    String[] parts = repository.split("/", -1);
    return """
    {"ref":"refs/heads/main","before":"%s","after":"%s","created":true,"deleted":false,"forced":false,"commits":[],
     "pusher":{"name":"ann"},"sender":{"login":"ann"},
     "repository":{"id":1,"name":"%s","full_name":"%s","default_branch":"main","owner":{"login":"%s"}}}\
    """
        .formatted("0".repeat(40), SHA, parts[1], repository, parts[0]);
  }

  private static String hmac(String secret, byte[] body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(body));
    } catch (java.security.GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Stands for the machine of refs, whose own decisions are tested beside it: it only remembers
   * what it was told.
   */
  static final class Listening implements Machine<Heard, RefEvent, Void> {
    @Override
    public String kind() {
      return "ref";
    }

    @Override
    public Class<Heard> stateType() {
      return Heard.class;
    }

    @Override
    public Class<RefEvent> eventType() {
      return RefEvent.class;
    }

    @Override
    public Class<Void> effectType() {
      return Void.class;
    }

    @Override
    public Heard initial(String key) {
      return new Heard(List.of());
    }

    @Override
    public Transition<Heard, Void> on(Heard state, RefEvent event, Instant now) {
      List<String> all = new ArrayList<>(state.deliveries());
      if (event instanceof RefEvent.Pushed pushed) {
        all.add(pushed.cause());
      }
      return Transition.to(new Heard(all));
    }
  }

  record Heard(List<String> deliveries) {}
}
