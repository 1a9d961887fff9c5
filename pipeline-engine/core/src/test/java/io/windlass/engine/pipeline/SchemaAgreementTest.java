package io.windlass.engine.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.windlass.scaler.syntax.Node;
import io.windlass.scaler.syntax.Problem;
import io.windlass.scaler.syntax.Problems;
import io.windlass.scaler.syntax.Source;
import io.windlass.scaler.syntax.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The schema that editors use and the reader say the same about every file of the corpus. */
class SchemaAgreementTest {

  private static Schema schema;

  @BeforeAll
  static void readTheSchema() throws IOException {
    schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(Files.readString(Corpus.ROOT.resolve("pipelines/windlass.schema.json")));
  }

  static Stream<Path> valid() throws IOException {
    return Corpus.files("valid");
  }

  static Stream<Path> invalid() throws IOException {
    return Corpus.files("invalid");
  }

  private static List<Error> schemaErrors(String text) {
    Node node = Yaml.read(new Source("f", text), new Problems()).orElseThrow();
    return schema.validate(Corpus.json(node));
  }

  @ParameterizedTest
  @MethodSource("valid")
  void bothTakeAFileThatIsRight(Path file) throws IOException {
    String text = Files.readString(file);

    assertThat(PipelineReader.read(new Source("f", text)).problems()).isEmpty();
    assertThat(schemaErrors(text)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("invalid")
  void theReaderTellsExactlyTheProblemsOfAFileThatIsWrong(Path file) throws IOException {
    String text = Files.readString(file);

    assertThat(
            PipelineReader.read(new Source("f", text)).problems().stream()
                .map(Problem::toString)
                .map(p -> p.substring("f:".length())))
        .containsExactlyElementsOf(Corpus.expected(text));
  }

  @ParameterizedTest
  @MethodSource("invalid")
  void theSchemaRefusesWhatItCanSay(Path file) throws IOException {
    String text = Files.readString(file);

    assertThat(schemaErrors(text).isEmpty()).isEqualTo(Corpus.schemaAccepts(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"pipelines/samples/java-hello/windlass.yaml", "pipelines/windlass/windlass.yaml"})
  void whatPeopleCopyFromFollowsTheSchemaAndIsRight(String name) throws IOException {
    String text = Files.readString(Corpus.ROOT.resolve(name));

    assertThat(schemaErrors(text)).isEmpty();
    assertThat(PipelineReader.read(new Source(name, text)).problems()).isEmpty();
  }
}
