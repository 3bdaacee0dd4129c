import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** A warehouse with its stock and districts, and the six transactions on it. One thread at a time. */
final class Warehouse {
    static final int DISTRICTS = 10;
    private static final int HISTORY = 3_000, FIRST_ORDERS = 30;
    /** Of a deck of 200 cards: new order, payment, order status, delivery, stock level, report. */
    private static final int[] MIX = {88, 61, 6, 6, 6, 33};

    final int number;
    final Map<Integer, Company.Stock> stocks = new HashMap<>(2 * Company.ITEMS);
    final District[] districts = new District[DISTRICTS];
    final long[] done = new long[MIX.length];
    long ordered, lines; // pieces, order lines
    long digest;
    final Times times = new Times();

    private final Company company;
    private final Random random;
    private final BigDecimal tax;
    private final Deque<BigDecimal> history = new ArrayDeque<>();
    private BigDecimal paid = Money.ZERO, forgotten = Money.ZERO;
    private long forgottenCount, first;
    private final Receipt receipt = new Receipt();
    private final int[] deck = new int[200];
    private int next = deck.length;

    Warehouse(Company company, int number, long seed) {
        this.company = company;
        this.number = number;
        random = new Random(seed);
        tax = BigDecimal.valueOf(random.nextInt(2001), 4);
        for (int i = 0; i < Company.ITEMS; i++)
            stocks.put(i, new Company.Stock(random));
        for (int i = 0; i < DISTRICTS; i++)
            districts[i] = new District(random);
        for (int type = 0, at = 0; type < MIX.length; type++)
            for (int i = 0; i < MIX[type]; i++)
                deck[at++] = type;
    }

    /** Every district begins with orders. After all warehouses are there. */
    void open() {
        for (int i = 0; i < FIRST_ORDERS * DISTRICTS; i++)
            newOrder(districts[i % DISTRICTS]);
        first = FIRST_ORDERS * DISTRICTS;
    }

    /** The next transaction of the deck; its receipt goes into the digest. */
    void transact() {
        if (next == deck.length) {
            for (int i = deck.length - 1; i > 0; i--) {
                int k = random.nextInt(i + 1), card = deck[i];
                deck[i] = deck[k];
                deck[k] = card;
            }
            next = 0;
        }
        int type = deck[next++];
        District d = districts[random.nextInt(DISTRICTS)];
        switch (type) {
        case 0:
            newOrder(d);
            break;
        case 1:
            payment(d);
            break;
        case 2:
            orderStatus(d);
            break;
        case 3:
            delivery();
            break;
        case 4:
            stockLevel(d);
            break;
        default:
            customerReport(d);
        }
        done[type]++;
        digest = 31 * digest + receipt.sum();
    }

    private District.Customer anyCustomer(District d) {
        return d.customers[random.nextInt(District.CUSTOMERS)];
    }

    private void newOrder(District d) {
        District.Customer c = anyCustomer(d);
        District.Line[] list = new District.Line[5 + random.nextInt(11)];
        BigDecimal sum = Money.ZERO;
        receipt.begin("new-order").field("customer", c.name);
        for (int i = 0; i < list.length; i++) {
            int item = random.nextInt(Company.ITEMS), quantity = 1 + random.nextInt(10);
            Warehouse from = random.nextInt(100) == 0
                ? company.warehouses[random.nextInt(company.warehouses.length)]
                : this;
            Company.Item sold = company.items.get(item);
            BigDecimal amount = sold.price.multiply(BigDecimal.valueOf(quantity));
            from.stocks.get(item).take(quantity);
            list[i] = new District.Line(item, quantity, amount);
            sum = sum.add(amount);
            ordered += quantity;
            receipt.row(sold.name, quantity, amount);
        }
        lines += list.length;
        BigDecimal total = Money.round(sum.multiply(BigDecimal.ONE.subtract(c.discount))
                                           .multiply(BigDecimal.ONE.add(tax).add(d.tax)));
        District.Order o = new District.Order(d.created, c, list, total);
        d.add(o);
        receipt.field("order", o.number).field("total", total);
    }

    private void payment(District d) {
        District.Customer c = anyCustomer(d);
        if (random.nextInt(100) < 60) { // by last name: of those who have it the middle one
            var same = d.byName.get(c.name);
            c = same.get(same.size() / 2);
        }
        BigDecimal amount = Money.random(random, 100, 500_000);
        paid = paid.add(amount);
        d.paid = d.paid.add(amount);
        c.pay(amount);
        history.addLast(amount);
        if (history.size() > HISTORY) {
            forgotten = forgotten.add(history.removeFirst());
            forgottenCount++;
        }
        receipt.begin("payment").field("customer", c.name).field("amount", amount)
            .field("balance", c.balance);
    }

    private void orderStatus(District d) {
        District.Customer c = anyCustomer(d);
        District.Order o = c.orders.peekLast();
        receipt.begin("order-status").field("customer", c.name).field("balance", c.balance);
        if (o == null)
            return;
        receipt.field("order", o.number).field("carrier", o.carrier);
        for (District.Line l : o.lines)
            receipt.row(company.items.get(l.item).name, l.quantity, l.amount);
    }

    /** Of every district the oldest order that waits, and more where many do: 44 new orders for 3
     *  deliveries would else let them grow for ever. */
    private void delivery() {
        int carrier = 1 + random.nextInt(10);
        receipt.begin("delivery").field("carrier", carrier);
        for (District d : districts) {
            District.Order o;
            do {
                o = d.deliver(carrier);
                if (o != null)
                    receipt.field("order", o.number);
            } while (o != null && d.waiting.size() > District.WAITING);
        }
    }

    private void stockLevel(District d) {
        int threshold = 10 + random.nextInt(11), looked = 0;
        Set<Integer> low = new HashSet<>();
        for (District.Order o : d.orders.descendingMap().values()) {
            for (District.Line l : o.lines)
                if (stocks.get(l.item).quantity() < threshold)
                    low.add(l.item);
            if (++looked == 20)
                break;
        }
        receipt.begin("stock-level").field("threshold", threshold);
        if (company.warehouses.length == 1) // others change what is in stock, at any time
            receipt.field("low", low.size());
    }

    private void customerReport(District d) {
        District.Customer c = anyCustomer(d);
        BigDecimal orders = Money.ZERO, payments = Money.ZERO;
        receipt.begin("customer-report").field("customer", c.name);
        for (District.Order o : c.orders) {
            orders = orders.add(o.total);
            receipt.row("order", o.number, o.total);
        }
        for (BigDecimal p : c.payments) {
            payments = payments.add(p);
            receipt.row("payment", 1, p);
        }
        receipt.field("orders", orders).field("payments", payments);
    }

    String check() {
        BigDecimal remembered = forgotten, districtsPaid = Money.ZERO;
        long created = 0;
        for (District d : districts) {
            String wrong = d.check();
            if (wrong != null)
                return wrong;
            created += d.created;
            districtsPaid = districtsPaid.add(d.paid);
        }
        for (BigDecimal p : history)
            remembered = remembered.add(p);
        if (paid.compareTo(districtsPaid) != 0 || paid.compareTo(remembered) != 0)
            return "it was paid " + paid + ", its districts " + districtsPaid
                + ", by its history " + remembered;
        if (created != first + done[0])
            return created + " orders were made by " + done[0] + " transactions and the first "
                + first;
        if (history.size() + forgottenCount != done[1])
            return (history.size() + forgottenCount) + " payments are known of " + done[1];
        return null;
    }
}
