using System.Text;
using Forewave.Client;
using Forewave.Client.Consuming;
using Forewave.Protocol;

// dotnet run -- publish hello      dotnet run -- consume
QueueName queue = new("greetings");
await using ForewaveClient client = new(Environment.GetEnvironmentVariable("FOREWAVE_SERVER") ?? "127.0.0.1:7600");

if (args is ["publish", var text])
{
    await using var producer = client.CreateProducer();
    var receipt = await producer.PublishAsync(queue, Encoding.UTF8.GetBytes(text));
    Console.WriteLine($"{receipt.MessageId} is {receipt.Durability}");
    return 0;
}

if (args is ["consume"])
{
    await using var consumer = client.CreateConsumer(queue, new GroupName("readers"));
    await foreach (ReceivedMessage message in consumer)
    {
        Console.WriteLine(Encoding.UTF8.GetString(message.Body.Span));
        await message.AckAsync();
    }
    return 0;
}

Console.Error.WriteLine("usage: publish TEXT | consume");
return 2;
