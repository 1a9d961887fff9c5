package io.windlass.webhooks.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.javalin.Javalin;
import io.javalin.config.RoutesConfig;
import io.windlass.engine.local.protocol.KeeperStatus;
import io.windlass.engine.plan.Plan;
import io.windlass.engine.plan.Plans;
import io.windlass.engine.release.AppRuntime;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.HealthRule;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.ManifestRef;
import io.windlass.engine.release.ProcessRuntime;
import io.windlass.engine.release.PublicRoute;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseCommand;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.release.SecretRef;
import io.windlass.engine.release.Volume;
import io.windlass.engine.repository.Decision.Verdict;
import io.windlass.engine.repository.Repositories;
import io.windlass.engine.rollout.EndedRollout;
import io.windlass.engine.rollout.Environments;
import io.windlass.engine.rollout.Freeze;
import io.windlass.engine.rollout.Phase;
import io.windlass.engine.rollout.Releases;
import io.windlass.engine.rollout.Removal;
import io.windlass.engine.rollout.Walk;
import io.windlass.engine.run.DeploymentStage;
import io.windlass.engine.run.DeploymentState;
import io.windlass.engine.run.ImageState;
import io.windlass.engine.run.RunDetail;
import io.windlass.engine.run.RunId;
import io.windlass.engine.run.RunSummary;
import io.windlass.engine.run.RunTrigger;
import io.windlass.engine.run.StepState;
import io.windlass.engine.secret.SecretInfo;
import io.windlass.engine.secret.SecretScope;
import io.windlass.engine.secret.SecretVersion;
import io.windlass.scaler.control.LoggedDecision;
import io.windlass.scaler.control.Mode;
import io.windlass.scaler.decision.Clamp;
import io.windlass.scaler.decision.Input;
import io.windlass.scaler.policy.Wish;
import io.windlass.webhooks.access.AccessRoutes;
import io.windlass.webhooks.api.ApiJson;
import io.windlass.webhooks.api.DeliveryApi;
import io.windlass.webhooks.api.EnvironmentApi;
import io.windlass.webhooks.api.EventApi;
import io.windlass.webhooks.api.FleetApi;
import io.windlass.webhooks.api.LogApi;
import io.windlass.webhooks.api.Message;
import io.windlass.webhooks.api.OpenApiRoute;
import io.windlass.webhooks.api.PlanApi;
import io.windlass.webhooks.api.Problem;
import io.windlass.webhooks.api.RepositoryApi;
import io.windlass.webhooks.api.RunApi;
import io.windlass.webhooks.delivery.Deliveries;
import io.windlass.webhooks.delivery.HookRoutes;
import io.windlass.webhooks.feed.Change;
import io.windlass.webhooks.feed.News;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the OpenAPI document and the routes and answers that it describes together. */
class OpenApiTest {
  private static final String PAGES = "io.windlass.webhooks.dashboard";

  /** Everything with routes for programs. Parts are not asked, so they need not be there. */
  private static final Map<Class<?>, Consumer<RoutesConfig>> ROUTES =
      Map.ofEntries(
          Map.entry(RunApi.class, new RunApi(unused())::add),
          Map.entry(LogApi.class, new LogApi(unused())::add),
          Map.entry(
              EnvironmentApi.class,
              new EnvironmentApi(unused(), unused(), unused(), unused())::add),
          Map.entry(PlanApi.class, new PlanApi(unused(), unused())::add),
          Map.entry(FleetApi.class, new FleetApi(unused(), unused())::add),
          Map.entry(RepositoryApi.class, new RepositoryApi(unused(), unused(), unused())::add),
          Map.entry(DeliveryApi.class, new DeliveryApi(unused())::add),
          Map.entry(EventApi.class, new EventApi(unused())::add),
          Map.entry(OpenApiRoute.class, new OpenApiRoute()::add),
          Map.entry(HookRoutes.class, new HookRoutes(unused(), unused())::add),
          Map.entry(OperationRoutes.class, new OperationRoutes(unused(), Optional.empty())::add),
          Map.entry(ProbeRoutes.class, new ProbeRoutes(unused(), unused(), unused())::add));

  private static final Map<String, Class<? extends Record>> RECORDS =
      Map.ofEntries(
          Map.entry("Problem", Problem.Json.class),
          Map.entry("Message", Message.class),
          Map.entry("Ready", ProbeRoutes.Ready.class),
          Map.entry("Receipt", HookRoutes.Receipt.class),
          Map.entry("Plan", Plan.class),
          Map.entry("Drift", Plans.Drift.Found.class),
          Map.entry("Change", io.windlass.engine.rollout.Change.class),
          Map.entry("ChangedLine", io.windlass.engine.rollout.Change.Line.class),
          Map.entry("RollbackAnswer", EnvironmentApi.RollbackAnswer.class),
          Map.entry("Run", RunApi.RunJson.class),
          Map.entry("RunPage", RunApi.RunPage.class),
          Map.entry("RunWhole", RunApi.RunWhole.class),
          Map.entry("Step", RunDetail.StepView.class),
          Map.entry("Attempt", StepState.Attempt.class),
          Map.entry("Image", ImageState.class),
          Map.entry("ImageRef", ImageRef.class),
          Map.entry("Deployment", DeploymentState.class),
          Map.entry("Moment", RunDetail.Moment.class),
          Map.entry("RunId", RunId.class),
          Map.entry("EnvironmentId", EnvironmentId.class),
          Map.entry("ReleaseId", ReleaseId.class),
          Map.entry("Release", Release.class),
          Map.entry("Runtime", AppRuntime.class),
          Map.entry("SecretRef", SecretRef.class),
          Map.entry("Process", ProcessRuntime.class),
          Map.entry("Volume", Volume.class),
          Map.entry("Health", HealthRule.class),
          Map.entry("Route", PublicRoute.class),
          Map.entry("Manifests", ManifestRef.class),
          Map.entry("ReleaseCommand", ReleaseCommand.class),
          Map.entry("Environment", EnvironmentApi.EnvironmentJson.class),
          Map.entry("RolloutUnderWay", Environments.Under.class),
          Map.entry("Staged", Environments.Staged.class),
          Map.entry("Checked", Environments.Checked.class),
          Map.entry("Approval", Walk.Approval.class),
          Map.entry("Rollout", EndedRollout.class),
          Map.entry("Freeze", Freeze.class),
          Map.entry("Removal", Removal.class),
          Map.entry("ListedRelease", Releases.Listed.class),
          Map.entry("Fleet", FleetApi.FleetJson.class),
          Map.entry("Decision", FleetApi.DecisionJson.class),
          Map.entry("DecisionPage", FleetApi.DecisionPage.class),
          Map.entry("Input", Input.class),
          Map.entry("Wish", Wish.class),
          Map.entry("Clamp", Clamp.class),
          Map.entry("Point", FleetApi.PointJson.class),
          Map.entry("Delivery", Deliveries.Row.class),
          Map.entry("DeliveryPage", Deliveries.Page.class),
          Map.entry("RunChange", Change.Run.class),
          Map.entry("EnvironmentChange", Change.Environment.class),
          Map.entry("FleetChange", Change.Fleet.class),
          Map.entry("DeliveryChange", Change.Delivery.class),
          Map.entry("Reset", News.Reset.class),
          Map.entry("Decided", Repositories.Decided.class),
          Map.entry("RefDecision", io.windlass.engine.repository.Decision.class),
          Map.entry("SecretScope", SecretScope.class),
          Map.entry("SecretVersion", SecretVersion.class),
          Map.entry("Secret", SecretInfo.class),
          Map.entry("KeeperStatus", KeeperStatus.class),
          Map.entry("Isolation", KeeperStatus.Isolation.class),
          Map.entry("Budget", KeeperStatus.Budget.class));

  private static final Map<String, Enum<?>[]> WORDS =
      Map.ofEntries(
          Map.entry("RunKind", RunTrigger.Kind.values()),
          Map.entry("RunStatus", RunSummary.Status.values()),
          Map.entry("StepStatus", StepState.Status.values()),
          Map.entry("DeploymentStage", DeploymentStage.values()),
          Map.entry("RolloutPhase", Phase.values()),
          Map.entry("CheckVerdict", io.windlass.engine.rollout.Verdict.values()),
          Map.entry("RemovalStage", Removal.Stage.values()),
          Map.entry("ReleaseStatus", Releases.Listed.Status.values()),
          Map.entry("DecisionOutcome", LoggedDecision.Outcome.values()),
          Map.entry("Mode", Mode.values()),
          Map.entry("SignalHealth", Input.Health.values()),
          Map.entry("ChangeKind", Change.Kind.values()),
          Map.entry("ResetReason", News.Reset.Reason.values()),
          Map.entry("Verdict", Verdict.values()));

  @Test
  void describesEveryRouteAndNoOther() throws IOException {
    assertThat(described()).isEqualTo(registered());
  }

  @Test
  void knowsEveryClassWithRoutesForPrograms() {
    Set<String> all =
        new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.windlass.webhooks")
                .stream()
                .filter(type -> !type.getPackageName().equals(PAGES))
                .filter(type -> type.tryGetMethod("add", RoutesConfig.class).isPresent())
                .map(JavaClass::getName)
                .collect(Collectors.toSet());
    all.remove(AccessRoutes.class.getName()); // the login page
    assertThat(all)
        .isEqualTo(ROUTES.keySet().stream().map(Class::getName).collect(Collectors.toSet()));
  }

  static Stream<Map.Entry<String, Class<? extends Record>>> records() {
    return RECORDS.entrySet().stream().sorted(Map.Entry.comparingByKey());
  }

  @ParameterizedTest
  @MethodSource("records")
  void describesWhatIsAnswered(Map.Entry<String, Class<? extends Record>> answered)
      throws IOException {
    JsonNode schema = document().path("components").path("schemas").path(answered.getKey());
    List<RecordComponent> parts = parts(answered.getValue()).toList();
    assertThat(names(schema.path("properties")))
        .containsExactlyInAnyOrderElementsOf(parts.stream().map(RecordComponent::getName).toList());
    assertThat(texts(schema.path("required")))
        .containsExactlyInAnyOrderElementsOf(
            parts.stream()
                .filter(part -> !mayBeAbsent(part.getType()))
                .map(RecordComponent::getName)
                .toList());
  }

  /** What stands in the object that a record becomes. */
  private static Stream<RecordComponent> parts(Class<?> answered) {
    return Arrays.stream(answered.getRecordComponents())
        .flatMap(part ->
            part.getAccessor().isAnnotationPresent(JsonUnwrapped.class)
                ? parts(part.getType())
                : Stream.of(part));
  }

  @Test
  void namesTheWordsOfEachSet() throws IOException {
    for (Map.Entry<String, Enum<?>[]> set : WORDS.entrySet()) {
      JsonNode schema = document().path("components").path("schemas").path(set.getKey());
      assertThat(texts(schema.path("enum")))
          .as(set.getKey())
          .containsExactlyElementsOf(Arrays.stream(set.getValue()).map(ApiJson::word).toList());
    }
  }

  /** What the HTTP layer itself answers, whatever the route. */
  @Test
  void saysThatBodiesHaveABoundAndThatTheDatabaseMayBeBusy() throws IOException {
    for (Map.Entry<String, JsonNode> path : document().path("paths").properties()) {
      for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
        String what = operation.getKey() + " " + path.getKey();
        JsonNode responses = operation.getValue().path("responses");
        if (operation.getValue().has("requestBody")) {
          assertThat(names(responses)).as(what).contains("413", "503");
        }
        if (operation.getValue().has("requestBody") && path.getKey().startsWith("/hooks/")) {
          assertThat(names(responses)).as(what).contains("408");
        }
      }
    }
  }

  @Test
  void refersOnlyToWhatItHas() throws IOException {
    JsonNode document = document();
    Set<String> used = new TreeSet<>();
    collect(document, used);
    assertThat(used).allSatisfy(ref -> assertThat(document.at(ref.substring(1))).isNotEmpty());
    assertThat(names(document.path("components").path("schemas")))
        .allSatisfy(name -> assertThat(used).contains("#/components/schemas/" + name));
  }

  private static Map<String, Set<String>> registered() {
    Javalin javalin =
        Javalin.create(config -> ROUTES.values().forEach(add -> add.accept(config.routes)));
    Map<String, Set<String>> routes = new TreeMap<>();
    javalin.unsafe.internalRouter.allHttpHandlers().stream()
        .map(parsed -> parsed.endpoint)
        .forEach(endpoint ->
            routes
                .computeIfAbsent(endpoint.path, _ -> new TreeSet<>())
                .add(endpoint.method.name().toLowerCase(Locale.ROOT)));
    return routes;
  }

  private static Map<String, Set<String>> described() throws IOException {
    Map<String, Set<String>> routes = new TreeMap<>();
    document()
        .path("paths")
        .properties()
        .forEach(path -> {
          Set<String> methods = new TreeSet<>(names(path.getValue()));
          methods.remove("parameters");
          routes.put(path.getKey(), methods);
        });
    return routes;
  }

  private static JsonNode document() throws IOException {
    return new ObjectMapper().readTree(OpenApiTest.class.getResource("/openapi.json"));
  }

  private static boolean mayBeAbsent(Class<?> type) {
    return type == Optional.class || type == OptionalInt.class || type == OptionalDouble.class;
  }

  private static List<String> names(JsonNode object) {
    return object.properties().stream().map(Map.Entry::getKey).toList();
  }

  private static List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }

  private static void collect(JsonNode node, Set<String> refs) {
    if (node.has("$ref")) {
      refs.add(node.path("$ref").asText());
    }
    node.forEach(child -> collect(child, refs));
  }

  /** Routes are added without a look at the parts behind them. */
  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static <T extends @Nullable Object> T unused() {
    return null;
  }
}
