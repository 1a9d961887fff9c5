package io.windlass.webhooks.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the pages say, without a browser. Nothing here changes what they show. */
class PagesTest {
  @TempDir private static Path data;
  @TempDir private static Path fresh;
  private static SeededServer server;
  private static SeededServer empty;
  private static Browsing browsing;

  @BeforeAll
  static void open() throws Exception {
    server = SeededServer.open(data);
    empty = SeededServer.empty(fresh);
    browsing = new Browsing(server);
  }

  @AfterAll
  static void close() {
    server.close();
    empty.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/ | Needs a person | replica web-3 of release 3 ended with exit code 1",
        "/ | acme/shop#5 (main) | step \"compile\" exited with 1",
        "/runs | b1b2c3d | Sell two things at once",
        "/runs?status=failed | Try a step | did you mean",
        "/runs/acme/shop/1 | Deployments | release 1 is live",
        "/runs/acme/shop/3 | Prices.java:41 | returned",
        "/runs/acme/shop/3 | sha256:c1b2c3d4 | 4.6 MiB",
        "/runs/acme/shop/4 | windlass.yaml:9:12 | Nothing was run",
        "/runs/acme/shop/6 | Cancel this run | running, 4s",
        "/runs/acme/shop/6/steps/test | Running shop.PriceTest | under way",
        "/runs/acme/shop/6/steps/package | This step has not begun | waiting",
        "/environments | acme/shop/staging | rolling out",
        "/environments/acme/shop/production | id=\"commit\" | b1b2c3d</code>",
        "/environments/acme/shop/production | Return to release 1 | never served",
        "/environments/acme/shop/production | DATABASE_URL | version 3",
        "/environments/acme/shop/staging | Rollout under way | aria-current=\"step\"",
        "/fleets | acme/shop/production/web | all ready",
        "/fleets/acme/shop/production/web | Policy in force | from 2 to 6 replicas",
        "/fleets/acme/shop/production/web | svg class=\"chart\" | The same as a table",
        "/fleets/acme/shop/production/web?changes=true | Grows from 2 | How it came to this",
        "/deliveries | event \"star\" asks nothing | ignored",
        "/repositories | acme/shop | Repositories",
        "/repositories/acme/shop | filtered | names the branches main, not docs",
      })
  void aPageSaysWhatIs(String path, String first, String second) {
    Browsing.Page page = browsing.get(path);

    assertThat(page.status()).isEqualTo(200);
    assertThat(page.text()).contains(first, second);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/ | Nothing. What runs is as it was asked for.",
        "/ | windlass repo add",
        "/runs | Push a commit with a",
        "/environments | Nothing was deployed yet",
        "/environments/acme/shop/production | windlass deploy SHA acme/shop/production",
        "/fleets | as soon as something was deployed",
        "/deliveries | prints the address and the secret",
        "/repositories | windlass repo add",
      })
  void anEmptyServerSaysWhatToDoNext(String path, String words) {
    assertThat(new Browsing(empty).get(path).text()).contains(words);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/runs",
        "/runs/acme/shop/5",
        "/runs/acme/shop/5/steps/compile",
        "/repositories/acme/shop",
        "/runs?branch=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "/runs?repository=%22onfocus=alert(1)%20x=%22&before=9",
        "/deliveries?repository=%3Cimg%20src=x%20onerror=alert(1)%3E",
        "/runs/%3Cscript%3Ealert(1)%3C%2Fscript%3E/x/1",
        "/environments/acme/shop/%22%3E%3Cscript%3Ealert(1)",
        "/runs/acme/shop/5/steps/%3Cscript%3Ealert(1)",
      })
  void nothingThatOthersWroteBecomesMarkup(String path) {
    String html = browsing.get(path).html();

    assertThat(html)
        .doesNotContain("<script>", "<img", "\"onfocus")
        .contains("<script src=\"/static/windlass.js?v=");
    assertThat(html.replaceAll("\"[^\"]*\"", "\"\""))
        .doesNotContainPattern("(?i)<[^>]*\\son[a-z]+\\s*=");
  }

  @Test
  void colourAndOverwrittenProgressOfALogAreShownAsATerminalWould() {
    String html = browsing.get("/runs/acme/shop/5/steps/compile").html();

    assertThat(html)
        .contains("<span class=\"ansi-red ansi-bold\">ERROR</span>")
        .contains("progress 100%")
        .doesNotContain("progress 1%")
        .doesNotContain("\u001b");
  }

  @Test
  void aLongLogIsShownFromItsEndWithAWayToItsBeginning() {
    Browsing.Page end = browsing.get("/runs/acme/shop/1/steps/compile");
    Browsing.Page begin = browsing.get("/runs/acme/shop/1/steps/compile?attempt=1&from=0");

    assertThat(end.text())
        .contains("compiling class 699")
        .doesNotContain("compiling class 1\n")
        .contains("Earlier part");
    assertThat(begin.text()).contains("compiling class 0\n").doesNotContain("Earlier part");
  }

  @Test
  void onlyALogThatStillGrowsIsFollowed() {
    assertThat(browsing.get("/runs/acme/shop/6/steps/test").html())
        .contains(
            "data-follow=\"/api/v1/runs/acme/shop/6/steps/test/log/follow?attempt=1&amp;from=23\"");
    assertThat(browsing.get("/runs/acme/shop/1/steps/compile").html())
        .doesNotContain("data-follow");
  }

  @ParameterizedTest
  @CsvSource({
    "/runs/acme/shop/6, every 2s",
    "/environments/acme/shop/staging, every 2s",
    "/, every 2s",
    "/deliveries, every 10s",
  })
  void aPageLooksAgainSoonWhileSomethingIsUnderWay(String path, String every) {
    assertThat(browsing.get(path).html()).contains("hx-trigger=\"renew, " + every + "\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /runs                        | kind=run
          /runs/acme/shop/6            | kind=run&amp;repository=acme%2Fshop
          /environments/acme/shop/staging | kind=environment,fleet&amp;repository=acme%2Fshop
          /                            | kind=run,environment,fleet
          /deliveries                  | kind=delivery
          """)
  void aPageListensToTheEventsOfWhatItShows(String path, String query) {
    assertThat(browsing.get(path).html()).contains("data-events=\"/api/v1/events?" + query + "\"");
  }

  @Test
  void aRunThatHasEndedIsNotLookedAtAgain() {
    assertThat(browsing.get("/runs/acme/shop/2").html())
        .doesNotContain("hx-trigger", "data-events");
  }

  @ParameterizedTest
  @CsvSource({
    "/runs/acme/shop/99, 404, there is no run acme/shop#99",
    "/runs/acme/shop/x, 400, is not a whole number",
    "/runs/acme/shop/1/steps/none, 404, has no step",
    "/environments/acme/shop/nowhere, 404, the server's file does not name it",
    "/fleets/acme/shop/production/none, 404, there is no fleet",
    "/repositories/acme/other, 404, windlass repo add",
    "/static/none.js, 404, there is no file",
  })
  void whatIsNotThereIsSaidAsAPage(String path, int status, String words) {
    Browsing.Page page = browsing.get(path);

    assertThat(page.status()).isEqualTo(status);
    assertThat(page.text()).contains(words).contains("Go to the overview");
  }

  @Test
  void listsGoOnWhereAPageEnds() {
    long position = server.engine.runs().one(server.invalid).orElseThrow().summary().position();

    assertThat(browsing.get("/runs?before=" + position).text())
        .contains("acme/shop#3")
        .doesNotContain("acme/shop#4");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/runs/acme/shop/1", "/environments/acme/shop/production"})
  void theFirstLoadIsSmall(String path) {
    int bytes = browsing.get(path).bytes();
    for (String file : new String[] {"windlass.css", "windlass.js", "windlass.svg", "htmx.js"}) {
      bytes += browsing.get("/static/" + file).bytes();
    }

    assertThat(bytes).isLessThan(150_000);
  }

  @Test
  void filesAreKeptUnderAnAddressThatNamesTheirVersion() {
    String html = browsing.get("/").html();
    int from = html.indexOf("/static/htmx.js?v=");
    String address = html.substring(from, html.indexOf('"', from));

    Browsing.Page file = browsing.get(address);
    assertThat(file.header("Cache-Control")).isEqualTo("public, max-age=31536000, immutable");
    assertThat(file.html()).contains("htmx");
    assertThat(browsing.get("/static/htmx.js").header("Cache-Control")).isEqualTo("no-cache");
    assertThat(browsing.get("/static/htmx.js", "If-None-Match", file.header("ETag")).status())
        .isEqualTo(304);
  }

  @Test
  void whoIsNotLoggedInIsAskedTo() {
    Browsing.Page page = browsing.stranger("/runs");

    assertThat(page.status()).isEqualTo(302);
    assertThat(page.header("Location")).isEqualTo("/login?returnTo=%2Fruns");
  }
}
