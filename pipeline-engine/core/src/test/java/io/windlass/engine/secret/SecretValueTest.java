package io.windlass.engine.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.Test;

class SecretValueTest {
  private record Carrier(String name, SecretValue value) {}

  @Test
  void printsNothingOfItself() {
    assertThat(new Carrier("TOKEN", SecretValue.of("hunter2")).toString())
        .doesNotContain("hunter2")
        .contains("***");
  }

  @Test
  void isNotWrittenAsJsonByAccident() {
    var lenient = JsonMapper.builder().disable(SerializationFeature.FAIL_ON_EMPTY_BEANS).build();

    assertThatThrownBy(
            () -> lenient.writeValueAsString(new Carrier("TOKEN", SecretValue.of("hunter2"))))
        .isInstanceOf(JsonMappingException.class)
        .hasMessageContaining("a secret is not to be written")
        .hasMessageNotContaining("hunter2");
  }
}
