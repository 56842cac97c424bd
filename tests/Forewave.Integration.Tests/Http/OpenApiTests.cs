using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Forewave.Server.Http;
using Forewave.Server.Http.Answers;
using Forewave.Server.Http.Requests;
using Forewave.Server.Http.Routing;
using Forewave.Server.Listeners;
using Forewave.Server.Metrics;
using Microsoft.Extensions.Logging.Abstractions;

namespace Forewave.Integration.Tests.Http;

/// <summary>The OpenAPI document says what the API does, and its examples are true.</summary>
[Trait("Suite", "scenario")]
public sealed partial class OpenApiTests(HttpBroker http) : IClassFixture<HttpBroker>
{
    private static readonly JsonElement Document = JsonDocument.Parse(OpenApiAnswer.Bytes).RootElement;

    // Of what a plain example cannot bring about.
    private static readonly string[] WithoutExample = 
    [
        "cancelDeadOperation", "cancelReplay", "commitTransaction", "followQueue", "listTransactionMessages", "resumeKey", "rollbackTransaction", "showTransaction",
    ];

    private static IEnumerable<(string Path, JsonProperty Method)> Described =>
        Document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(method => (path.Name, method)));

    [Fact]
    public async Task Document_has_every_operation_with_its_parameters_and_no_other()
    {
        await using HttpLinks links = new(new MemoryConnections(null!, CancellationToken.None), TimeProvider.System);
        using BrokerMeters meters = new();
        BodyMemory memory = new(0);
        await using HttpApi api = new(new HttpApiParts
        {
            Links = links,
            Guard = new UserGuard(new SameSiteGuard(checksHost: true), new PartitionDoor(() => "", TimeProvider.System)),
            Memory = memory,
            Faults = new HttpFaults(NullLogger.Instance),
            Audit = new HttpAudit(NullLogger.Instance),
            Metrics = new HttpMetrics(meters, memory, new HttpConnectionCount()),
            Readiness = new BrokerReadiness(),
            Door = new PartitionDoor(() => "", TimeProvider.System),
            Time = TimeProvider.System,
        });

        var there = api.Routes.All.Select(operation =>
            $"{operation.Method} {operation.Path} {operation.Id} {string.Join(',', operation.Query.Select(name => name.TrimEnd('+')).Order(StringComparer.Ordinal))}");
        var described = Described.Select(one =>
            $"{one.Method.Name.ToUpperInvariant()} {one.Path} {one.Method.Value.GetProperty("operationId").GetString()} {string.Join(',', Parameters(one.Method.Value, "query").Order(StringComparer.Ordinal))}");

        Assert.Equal(there.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
        Assert.All(Described, one => Assert.Equal(Names().Matches(one.Path).Select(match => match.Groups[1].Value), Parameters(one.Method.Value, "path")));
    }

    [Fact]
    public void Document_is_of_version_3_1_and_refers_to_what_it_has()
    {
        AnswerSchema schemas = new(Document);
        var references = References().Matches(Encoding.UTF8.GetString(OpenApiAnswer.Bytes.Span)).Select(match => match.Groups[1].Value).ToHashSet();

        Assert.Equal("3.1.0", Document.GetProperty("openapi").GetString());
        Assert.All(references, reference => schemas.Resolve(reference));
        var used = references.Where(reference => reference.Contains("/schemas/", StringComparison.Ordinal)).Select(reference => reference.Split('/')[^1]);
        Assert.Equal(Document.GetProperty("components").GetProperty("schemas").EnumerateObject().Select(schema => schema.Name).Order(), used.Order());
    }

    [Fact]
    public async Task Examples_of_the_document_run_and_their_answers_fit_it()
    {
        Dictionary<string, string> kept = [];
        AnswerSchema schemas = new(Document);
        HashSet<string> shown = [];
        foreach (var example in Document.GetProperty("x-examples").EnumerateArray())
        {
            string id = example.GetProperty("operationId").GetString()!;
            var (_, method) = Described.Single(one => one.Method.Value.GetProperty("operationId").GetString() == id);
            int status = example.GetProperty("status").GetInt32();

            var (actual, answer) = await SendAsync(method.Name, example, kept);

            Assert.True(actual == status, $"{id} {example.GetProperty("target")}: {actual}, expected {status}: {answer}");
            if (status != 204)
                Assert.Empty(schemas.Offences(SchemaOf(method.Value, actual), answer).Select(offence => $"{id}{offence}"));
            Keep(example, answer, kept);
            shown.Add(id);
        }

        var described = Described.Select(one => one.Method.Value.GetProperty("operationId").GetString()!);
        Assert.Equal(WithoutExample, described.Except(shown).Order(StringComparer.Ordinal));
    }

    private Task<(int Status, JsonElement Answer)> SendAsync(string method, JsonElement example, Dictionary<string, string> kept)
    {
        string? body = example.TryGetProperty("body", out var text) ? Filled(text.GetString()!, kept) : null;
        List<(string, string)> headers = [];
        if (example.TryGetProperty("headers", out var named))
            headers.AddRange(named.EnumerateObject().Select(header => (header.Name, header.Value.GetString()!)));
        return http.AskAsync(method.ToUpperInvariant(), Filled(example.GetProperty("target").GetString()!, kept), body, [.. headers]);
    }

    private static string Filled(string text, Dictionary<string, string> kept) =>
        kept.Aggregate(text, (filled, one) => filled.Replace($"{{{one.Key}}}", one.Value, StringComparison.Ordinal));

    private static void Keep(JsonElement example, JsonElement answer, Dictionary<string, string> kept)
    {
        if (!example.TryGetProperty("save", out var save))
            return;
        foreach (var name in save.EnumerateObject())
        {
            var value = name.Value.GetString()!.Split('.').Aggregate(
                answer, (element, step) => int.TryParse(step, out int place) ? element[place] : element.GetProperty(step));
            kept[name.Name] = value.ToString();
        }
    }

    private static JsonElement SchemaOf(JsonElement operation, int status) =>
        operation.GetProperty("responses").GetProperty($"{status}").GetProperty("content").GetProperty("application/json").GetProperty("schema");

    private static IEnumerable<string> Parameters(JsonElement operation, string where) => operation.TryGetProperty("parameters", out var parameters)
        ? parameters.EnumerateArray().Where(parameter => parameter.GetProperty("in").GetString() == where).Select(parameter => parameter.GetProperty("name").GetString()!)
        : [];

    [GeneratedRegex(@"\{([a-z]+)\}")]
    private static partial Regex Names();

    [GeneratedRegex(@"""\$ref"": ""([^""]+)""")]
    private static partial Regex References();
}
