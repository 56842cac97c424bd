using System.Data.Common;
using System.Net;
using System.Text;
using Forewave.Integration.Tests.Processes;
using Forewave.Outbox.Tests.Databases;

namespace Forewave.Outbox.Tests.Samples;

/// <summary>The service of <c>samples/orders</c>, without a broker: by the outbox it takes orders all the same.</summary>
[Trait("Suite", "samples")]
public sealed class OrderServiceTests(SqliteFile server) : IClassFixture<SqliteFile>
{
    private const string Listening = "Now listening on: ";

    [Fact]
    public async Task Order_is_taken_once_under_its_id_though_no_broker_is_there()
    {
        ShopDatabases databases = await ShopDatabases.NewAsync(server);
        await using ProgramProcess service = ProgramProcess.StartProgram(
            "Forewave.Samples.Orders.dll", ["--urls=http://127.0.0.1:0", "--Forewave:Server=127.0.0.1:1", .. databases.Arguments]);
        using HttpClient client = new() { BaseAddress = await AddressOfAsync(service) };

        Assert.Equal(HttpStatusCode.Created, await PostAsync(client, """{"id": "a", "amount": 2, "article": "book"}"""));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(client, """{"id": "a", "amount": 2, "article": "book"}"""));
        Assert.Equal(HttpStatusCode.Conflict, await PostAsync(client, """{"id": "a", "amount": 3, "article": "book"}"""));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(client, """{"id": "b", "amount": 0, "article": "book"}"""));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(client, """{"amount": 1, "article": "book"}"""));

        Assert.Equal("""{"id":"a","amount":2,"article":"book"}""", await client.GetStringAsync(new Uri("orders/a", UriKind.Relative)));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri("orders/b", UriKind.Relative))).StatusCode);
        Assert.Equal(1, await CountAsync(databases, "orders"));
        Assert.Equal(1, await CountAsync(databases, "forewave_outbox"));
    }

    private static async Task<Uri> AddressOfAsync(ProgramProcess service)
    {
        while (await service.Output.ReadLineAsync() is { } line)
        {
            if (line.Contains(Listening, StringComparison.Ordinal))
            {
                return new Uri(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..]);
            }
        }

        throw new InvalidOperationException($"The service ended: {service.Errors}");
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient client, string order)
    {
        using StringContent body = new(order, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await client.PostAsync(new Uri("orders", UriKind.Relative), body);
        return answer.StatusCode;
    }

    private static async Task<long> CountAsync(ShopDatabases databases, string table)
    {
        await using DbConnection connection = await databases.Orders.OpenAsync();
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT COUNT(*) FROM {table}";
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
