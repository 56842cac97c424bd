using Forewave.Client;
using Forewave.Client.Hosting;
using Forewave.Protocol;
using Forewave.Server;
using Forewave.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Forewave.Integration.Tests.Documents;

/// <summary>What the pages show as C# compiles against the assemblies as they are.</summary>
public sealed class CodeTests
{
    // What a page's code may take for granted; a block that declares one of them hides it.
    private const string Around = """
        #pragma warning disable
        static class Page
        {
            static ForewaveClient client = null!;
            static Producer producer = null!;
            static readonly Receipt receipt;
            static Microsoft.Extensions.Logging.ILogger logger = null!;
            static readonly QueueName queue = new("orders");
            static readonly GroupName group = new("billing");
            static readonly ReadOnlyMemory<byte> body;
            static readonly DateTimeOffset doorOpens, heldUntil, from, to;
            static readonly Payment payment = new(1);
            static readonly CancellationToken stop;

            static ValueTask<Price?> FindAsync(ReadOnlyMemory<byte> article, CancellationToken stop) => default;

            static readonly Order order = new(1);

            static class Shop
            {
                public static Task SaveAsync(Order order, string transaction, CancellationToken cancellation) => Task.CompletedTask;

                public static ValueTask<TransactionOutcome> OutcomeOfAsync(string transaction, CancellationToken cancellation) => default;
            }

            record Payment(int Id);

            record Price
            {
                public byte[] ToBytes() => [];
            }

            record Order(int Number);

            class ShipOrder : IMessageHandler<Order>
            {
                public ValueTask HandleAsync(Order value, ReceivedMessage message, CancellationToken cancellation) => default;
            }

            static readonly string[] args = [];
            static DbConnection connection = null!;
            static DbDataSource source = null!;
            static DbContext context = null!;
            static DbContextOptionsBuilder options = null!;
            static WebApplicationBuilder builder = null!;
            static OutboxTables tables = null!;
            static OutboxWriter outbox = null!;

            class TakeFromStock : IInboxHandler<Order>
            {
                public ValueTask HandleAsync(Order value, ReceivedMessage message, DbTransaction transaction, CancellationToken cancellation) => default;
            }

        """;

    private const string Statements = "static async Task RunAsync()\n{\n";
    private const string Declarations = "static class Shown\n{\n";

    private static readonly string[] Frameworks =
    [
        "System", "System.Collections.Generic", "System.Linq", "System.Threading", "System.Threading.Tasks", "Microsoft.AspNetCore.Builder",
        "System.Data.Common", "Microsoft.EntityFrameworkCore", "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging",
    ];

    private static readonly string Usings = string.Concat(
        Frameworks.Concat(NamespacesOf(typeof(ForewaveClient), typeof(QueueName), typeof(ForewaveBroker), typeof(TestBroker), typeof(ForewaveBuilder),
            typeof(Forewave.Outbox.OutboxWriter), typeof(Forewave.Outbox.Hosting.OutboxServices), typeof(Forewave.Outbox.EntityFrameworkCore.OutboxInterceptor)))
            .Select(name => $"using {name};\n"));

    private static readonly MetadataReference[] References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];

    [Fact]
    public void Code_of_the_pages_compiles()
    {
        string root = CommandLineTests.FindRoot();
        var blocks = Directory.EnumerateFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories)
            .Concat([Path.Combine(root, "README.md"), Path.Combine(root, "README.zh-CN.md")])
            .SelectMany(path => CodeReader.BlocksOf(File.ReadAllText(path)).Select(block => (Place: $"{Path.GetRelativePath(root, path)}:{block.Line}", block.Code)))
            .ToArray();

        Assert.True(blocks.Length > 15, $"only {blocks.Length} blocks were found");
        string errors = string.Join('\n', blocks.SelectMany(block => ErrorsOf(block.Code).Select(error => $"{block.Place}: {error}")));
        Assert.True(errors.Length == 0, errors);
    }

    [Fact]
    public void Code_that_a_page_made_up_does_not_compile()
    {
        const string page = """
            text
            ```csharp
            await producer.PublishAsync(queue, new Message(body) { Prioritty = 9 });
            ```
            ```csharp
            using System.Text;

            await using var consumer = client.CreateConsumer(queue, group);
            Console.WriteLine(Encoding.UTF8.GetString(body.Span));
            ```
            ```
            no code
            ```
            """;

        var blocks = CodeReader.BlocksOf(page).ToArray();

        Assert.Equal([3, 6], blocks.Select(block => block.Line));
        Assert.Contains("Prioritty", Assert.Single(ErrorsOf(blocks[0].Code)), StringComparison.Ordinal);
        Assert.Empty(ErrorsOf(blocks[1].Code));
    }

    private static IEnumerable<string> ErrorsOf(string code)
    {
        var lines = code.Split('\n').ToLookup(line => line.StartsWith("using ", StringComparison.Ordinal) && line.EndsWith(';') && !line.Contains('='));
        string around = code.StartsWith("internal ", StringComparison.Ordinal) || code.StartsWith("public ", StringComparison.Ordinal) ? Declarations : Statements;
        string whole = $"{string.Join('\n', lines[true])}\n{Usings}{Around}{around}{string.Join('\n', lines[false])}\n}}}}";
        var compilation = CSharpCompilation.Create(
            "page",
            [CSharpSyntaxTree.ParseText(whole)],
            References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        return compilation.GetDiagnostics().Where(found => found.Severity == DiagnosticSeverity.Error).Select(found => found.GetMessage(null));
    }

    private static IEnumerable<string> NamespacesOf(params Type[] types) =>
        types.SelectMany(type => type.Assembly.GetExportedTypes()).Select(type => type.Namespace!).Where(name => !name.EndsWith(".V1", StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
}
