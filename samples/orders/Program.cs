using Forewave.Client.Hosting;
using Forewave.Outbox;
using Forewave.Outbox.Hosting;
using Forewave.Samples.Databases;
using Forewave.Samples.Orders;

// An order service: an order is in its database if, and only if, the stock service hears of it; by one of two ways. With ./forewave serve:
//   dotnet run --project samples/orders -- --Way=outbox        or --Way=transaction
//   curl -d '{"id": "4711", "amount": 2, "article": "book"}' -H 'Content-Type: application/json' http://localhost:5000/orders
// A client that got no answer posts the same order again, under the same id: it is taken once.
var builder = WebApplication.CreateBuilder(args);
ServiceDatabase database = new(builder.Configuration, "orders");
builder.Services.AddSingleton(database).AddSingleton<OrderTable>();
ForewaveBuilder forewave = builder.AddForewave();
switch (builder.Configuration["Way"] ?? "outbox")
{
    case "outbox":
        // How long a killed relay's lock lasts.
        forewave.AddOutbox(new OutboxRelayOptions { Tables = database.Tables, Connect = database.Connect, Lease = TimeSpan.FromSeconds(3) });
        builder.Services.AddSingleton<IOrderIntake, OutboxIntake>();
        break;
    case "transaction":
        builder.Services.AddSingleton<IOrderIntake, TransactionIntake>();
        break;
    case var other:
        throw new ArgumentException($"Way is '{other}', not outbox or transaction.");
}

builder.Services.AddHealthChecks().AddForewave();
await using WebApplication app = builder.Build();
await app.Services.GetRequiredService<OrderTable>().MigrateAsync();
// Made now, not with the first order: from its beginning on it answers what the broker asks about orders of instances before it.
IOrderIntake intake = app.Services.GetRequiredService<IOrderIntake>();

app.MapPost("/orders", async (Order order, OrderTable orders, CancellationToken cancellation) =>
{
    if (order.Problem() is { } problem)
        return Results.BadRequest(problem);
    if (await orders.FindAsync(order.Id) is { } known)
        return known == order ? Results.Ok(known) : Results.Conflict(known);
    // Of two posts of one order at once the second fails at its key here: 500, and the next attempt finds the order above.
    await intake.TakeAsync(order, cancellation);
    return Results.Created($"/orders/{order.Id}", order);
});
app.MapGet("/orders/{id}", async (string id, OrderTable orders) => await orders.FindAsync(id) is { } known ? Results.Ok(known) : Results.NotFound());
app.MapHealthChecks("/health");
await app.RunAsync();
