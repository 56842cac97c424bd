using System.Text;
using Forewave.Client;
using Forewave.Client.Requesting;
using Forewave.Protocol;

// dotnet run -- serve      dotnet run -- ask 4711
QueueName queue = new("prices");
await using ForewaveClient client = new(Environment.GetEnvironmentVariable("FOREWAVE_SERVER") ?? "127.0.0.1:7600");

if (args is ["serve"])
{
    await using Replier replier = client.CreateReplier();
    await using var consumer = client.CreateConsumer(queue, new GroupName("pricing"));
    await replier.RunAsync(consumer, (request, _) =>
    {
        string article = Encoding.UTF8.GetString(request.Body.Span);
        return int.TryParse(article, out int number)
            ? ValueTask.FromResult(new Message(Encoding.UTF8.GetBytes($"{number % 100}.95")))
            : throw new ForewaveException(ErrorCode.RequestFailed, $"there is no article '{article}'");
    });
    return 0;
}

if (args is ["ask", var wanted])
{
    await using Requester requester = client.CreateRequester();
    try
    {
        var reply = await requester.RequestAsync(queue, new Message(Encoding.UTF8.GetBytes(wanted)), TimeSpan.FromSeconds(5));
        Console.WriteLine(Encoding.UTF8.GetString(reply.Body.Span));
        return 0;
    }
    catch (ForewaveException failure) when (failure.Code is ErrorCode.NoReply or ErrorCode.RequestFailed)
    {
        Console.Error.WriteLine(failure.Message);
        return 1;
    }
}

Console.Error.WriteLine("usage: serve | ask ARTICLE");
return 2;
