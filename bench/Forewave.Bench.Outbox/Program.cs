using Forewave.Bench.Outbox;

// KIND CONNECTION BROKER ROWS BYTES ROUNDS
if (args is not [var kind, var connection, var broker, var rows, var bytes, var rounds])
{
    Console.Error.WriteLine("KIND CONNECTION BROKER ROWS BYTES ROUNDS");
    return 2;
}

RelayBench bench = new(Enum.Parse<Forewave.Outbox.DatabaseKind>(kind), connection) { Rows = int.Parse(rows), BodyBytes = int.Parse(bytes) };
return await bench.RunAsync(broker, int.Parse(rounds));
