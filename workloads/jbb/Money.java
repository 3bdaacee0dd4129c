import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Random;

/** Amounts with two decimals. */
final class Money {
    static final BigDecimal ZERO = BigDecimal.valueOf(0, 2);

    private Money() {
    }

    /** From low to high cents, both included. */
    static BigDecimal random(Random random, int low, int high) {
        return BigDecimal.valueOf(low + random.nextInt(high - low + 1), 2);
    }

    static BigDecimal round(BigDecimal amount) {
        return amount.setScale(2, RoundingMode.HALF_UP);
    }
}
