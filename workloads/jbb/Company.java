import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** A wholesale company: what it sells, its warehouses, and whether its books are right. */
final class Company {
    static final int ITEMS = 20_000;

    final Map<Integer, Item> items = new HashMap<>(2 * ITEMS);
    final Warehouse[] warehouses;

    Company(int count, long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < ITEMS; i++)
            items.put(i, new Item(Text.name(random, 14), Money.random(random, 100, 10_000)));
        warehouses = new Warehouse[count];
        for (int i = 0; i < count; i++)
            warehouses[i] = new Warehouse(this, i, seed + i + 1);
    }

    /** The digests of all warehouses' transactions in one. */
    long digest() {
        long all = 0;
        for (Warehouse w : warehouses)
            all = 31 * all + w.digest;
        return all;
    }

    /** What is wrong with the books; null: nothing. No transaction may run. */
    String check() {
        long ordered = 0, lines = 0, taken = 0, takes = 0;
        for (Warehouse w : warehouses) {
            String wrong = w.check();
            if (wrong != null)
                return "warehouse " + (w.number + 1) + ": " + wrong;
            ordered += w.ordered;
            lines += w.lines;
            for (Stock s : w.stocks.values()) {
                taken += s.taken;
                takes += s.takes;
            }
        }
        if (ordered != taken || lines != takes)
            return ordered + " pieces were ordered in " + lines + " lines, but " + taken
                + " left the stocks in " + takes;
        return null;
    }

    static final class Item {
        final String name;
        final BigDecimal price;

        Item(String name, BigDecimal price) {
            this.name = name;
            this.price = price;
        }
    }

    /** Of one item in one warehouse: the only thing that other warehouses' threads change, too. */
    static final class Stock {
        final String[] districts = new String[Warehouse.DISTRICTS];
        final String data;
        int quantity;
        long taken, takes;

        Stock(Random random) {
            for (int i = 0; i < districts.length; i++)
                districts[i] = Text.name(random, 24);
            data = Text.name(random, 50);
            quantity = 10 + random.nextInt(91);
        }

        synchronized int take(int count) {
            quantity -= count;
            if (quantity < 10)
                quantity += 91;
            taken += count;
            takes++;
            return quantity;
        }

        synchronized int quantity() {
            return quantity;
        }
    }
}
