using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Forewave.Server.Http.Answers;

namespace Forewave.Integration.Tests.Security;

/// <summary>Each operation of the HTTP API, by its document (OpenApiTests compares that with the code), asks who comes and what he may.</summary>
[Trait("Suite", "scenario")]
public sealed partial class RouteRightTests(SecureBroker broker) : IClassFixture<SecureBroker>
{
    // For everybody who reaches the port: what says nothing of the broker's users and messages.
    private static readonly string[] Public = ["GET /openapi.json", "GET /v1/cluster/member"];

    private static readonly Dictionary<string, string> Names = new()
    {
        ["queue"] = "orders", ["group"] = "g", ["id"] = "0-0000100000000001", ["place"] = "1", ["number"] = "0-1", ["name"] = "n",
    };

    private static IEnumerable<(string Method, string Path)> Operations => JsonDocument.Parse(OpenApiAnswer.Bytes).RootElement.GetProperty("paths").EnumerateObject()
        .SelectMany(path => path.Value.EnumerateObject().Select(method => (method.Name.ToUpperInvariant(), path.Name)));

    [Fact]
    public async Task Operation_is_refused_to_nobody_and_to_who_has_rights_elsewhere_and_changes_nothing()
    {
        using var root = broker.Http("root", SecureBroker.Password);
        using var nobody = broker.Http();
        using var other = broker.Http(token: await broker.MakeAsync("elsewhere", "publish,consume,manage:other", "publish,consume,manage:orders.*"));
        using (var made = await root.PostAsync("/v1/queues/orders/messages", new StringContent("m")))
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        string before = await root.GetStringAsync("/v1/queues/orders");

        foreach (var (method, path) in Operations.Where(operation => !Public.Contains($"{operation.Method} {operation.Path}")))
        {
            Assert.Equal((method, path, (HttpStatusCode.Unauthorized, 901)), (method, path, await AskAsync(nobody, method, path)));
            Assert.Equal((method, path, (HttpStatusCode.Forbidden, 905)), (method, path, await AskAsync(other, method, path)));
        }

        Assert.Equal(before, await root.GetStringAsync("/v1/queues/orders"));
        Assert.Equal(HttpStatusCode.NotFound, (await root.GetAsync("/v1/queues/orders/groups/g")).StatusCode);
    }

    [Fact]
    public async Task Public_operations_are_these_and_no_more()
    {
        using var nobody = broker.Http();
        Assert.Equal(Public.Order(), Public.Intersect(Operations.Select(operation => $"{operation.Method} {operation.Path}")).Order());
        foreach (string path in Public.Select(operation => operation.Split(' ')[1]))
        {
            using var answer = await nobody.GetAsync(path);
            Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound, $"{path}: {answer.StatusCode}");
        }
    }

    private static async Task<(HttpStatusCode Status, int Number)> AskAsync(HttpClient client, string method, string path)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), Braces().Replace(path, name => Names[name.Groups[1].Value]));
        if (method is "POST" or "PUT" or "PATCH")
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        using var answer = await client.SendAsync(request);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return (answer.StatusCode, problem.RootElement.GetProperty("number").GetInt32());
    }

    [GeneratedRegex(@"\{([a-z]+)\}")]
    private static partial Regex Braces();
}
