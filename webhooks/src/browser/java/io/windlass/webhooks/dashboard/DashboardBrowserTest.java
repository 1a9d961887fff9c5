package io.windlass.webhooks.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import io.windlass.engine.NpmPart;
import io.windlass.engine.run.RunEvent;
import io.windlass.engine.run.RunId;
import io.windlass.engine.run.StepResult;
import io.windlass.webhooks.view.Addresses;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The pages in a real browser, behind the real gate and its content policy. Leaves pictures of each
 * in {@code target/screenshots}.
 */
class DashboardBrowserTest {
  private static final Path PICTURES = Path.of("target", "screenshots");
  /** How long a change may take to show on a machine that does much else. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final List<String> FLAGS =
      List.of(
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync");

  @TempDir private static Path data;
  private static String axe = "";
  private static SeededServer server;
  private static Playwright playwright;
  private static Browser browser;
  private static String session = "";

  private final List<String> complaints = new ArrayList<>();
  private BrowserContext context;
  private Page page;

  @BeforeAll
  static void open() throws Exception {
    Path chromium = part("chromium", chromium());
    axe = Files.readString(NpmPart.modules("axe-core-4.10.3").resolve("axe-core/axe.min.js"));
    server = SeededServer.open(data);
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright
            .chromium()
            .launch(new BrowserType.LaunchOptions().setExecutablePath(chromium).setArgs(FLAGS));
    PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE.toMillis());
    try (BrowserContext first = browser.newContext()) {
      Page login = first.newPage();
      login.navigate(server.address("/login?returnTo=/runs").toString());
      login.getByLabel("Administrator's token").fill(server.token);
      login.keyboard().press("Enter");
      assertThat(login.locator("nav [aria-current=page]")).hasText("Runs");
      session = first.storageState();
    }
  }

  @AfterAll
  static void close() {
    if (playwright != null) {
      playwright.close();
    }
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void visit() {
    context = browser.newContext(new Browser.NewContextOptions().setStorageState(session));
    page = context.newPage();
    page.onConsoleMessage(message -> {
      if (message.type().equals("error") || message.type().equals("warning")) {
        complaints.add(message.text());
      }
    });
    page.onPageError(complaints::add);
    page.onDialog(dialog -> {
      complaints.add("a dialog: " + dialog.message());
      dialog.dismiss();
    });
    page.addInitScript(
        "document.addEventListener('securitypolicyviolation', e => console.error('policy: ' + e.violatedDirective + ' ' + e.blockedURI))");
  }

  @AfterEach
  void leave() {
    context.close();
  }

  @ParameterizedTest
  @CsvSource({
    "overview, /",
    "runs, /runs",
    "run-live, /runs/acme/shop/2",
    "run-returned, /runs/acme/shop/3",
    "run-invalid, /runs/acme/shop/4",
    "run-failed, /runs/acme/shop/5",
    "run-under-way, /runs/acme/shop/6",
    "step-failed, /runs/acme/shop/5/steps/compile",
    "step-long, /runs/acme/shop/1/steps/compile",
    "step-waiting, /runs/acme/shop/6/steps/package",
    "environments, /environments",
    "environment, /environments/acme/shop/production",
    "environment-rolling, /environments/acme/shop/staging",
    "fleets, /fleets",
    "fleet, /fleets/acme/shop/production/web",
    "deliveries, /deliveries",
    "repositories, /repositories",
    "repository, /repositories/acme/shop",
  })
  void aPageIsRightInLightAndDarkAndOnAPhone(String name, String path) {
    for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
      show(path, 1280, 800);
      assertThat(page.locator("nav")).isVisible();
      picture(name + "-" + scheme.name().toLowerCase(Locale.ROOT));
      assertThat(wrong()).as("what axe finds in %s", scheme).isEmpty();
    }
    page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
    show(path, 390, 844);
    picture(name + "-phone");
    assertThat((Integer) page.evaluate("document.documentElement.scrollWidth"))
        .as("width on a phone")
        .isLessThanOrEqualTo(390);
    assertThat(wrong()).as("what axe finds on a phone").isEmpty();
    assertThat(complaints).isEmpty();
  }

  @Test
  void theLoginIsRight() {
    try (BrowserContext stranger = browser.newContext()) {
      page = stranger.newPage();
      show("/environments", 1280, 800);
      assertThat(page).hasURL(Pattern.compile(".*/login\\?returnTo=%2Fenvironments"));
      picture("login");
      assertThat(wrong()).isEmpty();
    }
  }

  @Test
  void aPageIsUsedByKeyboardAlone() {
    show("/runs", 1280, 800);

    page.keyboard().press("Tab");
    assertThat(page.locator(":focus")).hasText("Skip to the content");
    page.keyboard().press("Enter");
    page.keyboard().press("Tab");
    assertThat(page.locator(":focus")).hasAttribute("name", "repository");
    assertThat(page.locator("nav [aria-current=page]")).hasText("Runs");
  }

  @Test
  void aNewerStateComesInWithoutLosingWhatAPersonDoes() throws Exception {
    RunId run = server.begin("7");
    show(Addresses.run(run), 1280, 800);
    page.locator("summary", new Page.LocatorOptions().setHasText("events")).click();
    page.locator("td a", new Page.LocatorOptions().setHasText("package")).focus();

    server.engine.pass(Duration.ofSeconds(2));
    server.engine.tell(
        run,
        new RunEvent.StepEnded(
            "lint",
            1,
            new StepResult.Exited(
                0, server.engine.now().minusSeconds(2), server.engine.now())));

    assertThat(page.locator("tr:has(a[href$='/steps/lint'])")).containsText("passed");
    assertThat(page.locator(":focus")).hasText("package");
    assertThat(page.locator("details[open] .timeline li").last()).containsText("step ended");
    assertThat(complaints).isEmpty();
  }

  @Test
  void aChangeShowsWithoutWaitingForThePageToLookAgain() throws Exception {
    RunId run = server.begin("9");
    // Nothing that waits for a second or longer ever happens: the page does not look by itself.
    page.addInitScript(
        "const soon = window.setTimeout; window.setTimeout = (f, ms, ...rest) => ms >= 1000 ? 0 : soon(f, ms, ...rest);");
    page.waitForResponse(
        answer -> answer.ok() && "true".equals(answer.request().headers().get("hx-request")),
        () -> show(Addresses.run(run), 1280, 800));

    server.engine.step(run, "lint", 0, Duration.ofSeconds(2), "fine\n");
    assertThat(page.locator("tr:has(a[href$='/steps/lint'])")).containsText("passed");
    server.engine.step(run, "test", 1, Duration.ofSeconds(9), "Failures: 1\n");
    assertThat(page.locator("h1")).containsText("failed");
    assertThat(complaints).isEmpty();
  }

  @Test
  void aPageThatHearsNothingGoesOnLookingAgain() throws Exception {
    page.route("**/api/v1/events**", route -> route.abort());
    RunId run = server.begin("0");
    show(Addresses.run(run), 1280, 800);

    server.engine.step(run, "lint", 0, Duration.ofSeconds(2), "fine\n");

    assertThat(page.locator("tr:has(a[href$='/steps/lint'])")).containsText("passed");
  }

  @Test
  void aReasonThatIsBeingTypedStaysWhileThePageLooksAgain() {
    show("/environments/acme/shop/staging", 1280, 800);
    page.locator("#freeze-reason").fill("half a sent");

    page.waitForResponse(
        answer -> answer.url().endsWith("/staging") && answer.ok(), () -> {});
    page.waitForResponse(
        answer -> answer.url().endsWith("/staging") && answer.ok(), () -> {});

    assertThat(page.locator("#freeze-reason")).hasValue("half a sent");
    assertThat(page.locator("#freeze-reason")).isFocused();
    assertThat(complaints).isEmpty();
  }

  @Test
  void anEnvironmentIsFrozenAndTheFreezeIsLifted() {
    show("/environments/acme/shop/production", 1280, 800);
    page.locator("#freeze-reason").fill("the sale is on");
    page.keyboard().press("Enter");

    assertThat(page.getByText("the sale is on")).isVisible();
    picture("environment-frozen");
    page.getByText("Lift the freeze").click();
    assertThat(page.getByText("Nothing new is deployed here until")).isVisible();
    assertThat(complaints).isEmpty();
  }

  @Test
  void aLogIsFollowedAsItIsWrittenAndIsSafe() throws Exception {
    RunId run = server.begin("8");
    Path file = server.engine.write(run, "test", "Running shop.PriceTest\n");
    show(Addresses.step(run, "test"), 1280, 800);
    assertThat(page.locator("#log")).containsText("Running shop.PriceTest");

    append(file, "\u001b[1;31mFAILED\u001b[0m " + SeededServer.HOSTILE + "\ndone\n");
    assertThat(page.locator("#log .ansi-red.ansi-bold")).hasText("FAILED");
    assertThat(page.locator("#log")).containsText("<img src=x onerror=alert(1)>");
    append(file, "split \u001b[3");
    assertThat(page.locator("#log")).containsText("split");
    append(file, "2mgreen\u001b[m \u001b]0;title\u0007end\n");
    assertThat(page.locator("#log .ansi-green")).hasText("green");
    String shown = page.locator("#log").textContent();
    assertThat(shown).contains("\ndone\n").doesNotContain("title", "\u001b", "[3");
    picture("step-followed");

    server.engine.pass(Duration.ofSeconds(1));
    server.engine.tell(
        run,
        new RunEvent.StepEnded(
            "test",
            1,
            new StepResult.Exited(1, server.engine.now().minusSeconds(9), server.engine.now())));
    assertThat(page.locator("#log-state")).hasText("The log has ended.");
    assertThat(page.locator("h1")).containsText("failed");
    assertThat(complaints).isEmpty();
  }

  @Test
  void aServerThatDoesNotAnswerIsSaid() {
    show("/environments/acme/shop/staging", 1280, 800);

    context.setOffline(true);

    assertThat(page.locator("#stale")).containsText("The server does not answer");
    context.setOffline(false);
    assertThat(page.locator("#stale")).isEmpty();
  }

  private static void append(Path file, String text) throws Exception {
    Files.writeString(file, text, StandardOpenOption.APPEND);
  }

  private void show(String path, int width, int height) {
    page.setViewportSize(width, height);
    page.navigate(server.address(path).toString());
  }

  private void picture(String name) {
    page.screenshot(
        new Page.ScreenshotOptions().setFullPage(true).setPath(PICTURES.resolve(name + ".png")));
  }

  /** What axe calls serious or critical, with where it is. */
  private List<String> wrong() {
    page.evaluate(axe);
    Object found =
        page.evaluate(
            """
            async () => (await axe.run()).violations
              .filter(v => v.impact === 'serious' || v.impact === 'critical')
              .flatMap(v => v.nodes.map(n => v.id + ' at ' + n.target.join(' ') + ': ' + n.failureSummary))
            """);
    return ((List<?>) found).stream().map(String::valueOf).toList();
  }

  private static Optional<Path> chromium() {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("/usr/bin");
    return Arrays.stream(path.split(":", -1))
        .map(directory -> Path.of(directory, "chromium"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** The part, or a skipped test; in CI it must be there. */
  private static Path part(String name, Optional<Path> path) {
    boolean there = path.filter(Files::exists).isPresent();
    if (!there && "true".equals(System.getenv("CI"))) {
      throw new AssertionError("part absent: " + name + " is required where CI=true");
    }
    assumeTrue(there, "part absent: " + name);
    return path.orElseThrow();
  }
}
