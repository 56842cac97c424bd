using Forewave.Integration.Tests.Processes;
using Forewave.Storage.MySql.Connections;

namespace Forewave.Storage.MySql.Tests.Transactions;

/// <summary>A <see cref="Shop"/> in its process, as the test sees it. Disposing kills it.</summary>
internal sealed class ShopProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ProgramProcess _process;
    private readonly List<string> _said = [];

    private ShopProcess(ProgramProcess process) => _process = process;

    /// <summary>What it said must not be.</summary>
    public IEnumerable<string> Violations => _said.Where(line => line.StartsWith("violation", StringComparison.Ordinal));

    public static ShopProcess Start(string broker, ConnectionOptions database, int seed) =>
        new(ProgramProcess.StartProgram("Forewave.Storage.MySql.Tests.dll", "shop", broker, database.Socket!, database.Database!, $"{seed}"));

    /// <summary>For a failing test.</summary>
    public override string ToString() => $"the shop said {string.Join("; ", _said.Where(line => !line.StartsWith("at ", StringComparison.Ordinal)).TakeLast(10))}\n{_process.Errors}";

    /// <summary>The next moment at which it stands.</summary>
    public async Task<ShopMoment> NextAsync() => Enum.Parse<ShopMoment>(await LineAsync("at "));

    /// <summary>It goes on to the next moment.</summary>
    public Task GoAsync() => SayAsync("go");

    /// <summary>It takes no more orders; completes when those under way are over.</summary>
    public async Task EndAsync()
    {
        await NextAsync();
        await SayAsync("end");
        while (!_said.Contains("ended"))
        {
            if (await ReadAsync() is { } line && line.StartsWith("at ", StringComparison.Ordinal))
                await GoAsync();
        }
    }

    /// <summary>Ends it after <see cref="EndAsync"/>; how many questions it was asked.</summary>
    public async Task<int> LeaveAsync()
    {
        _process.Input.Close();
        return int.Parse(await LineAsync("asked "));
    }

    /// <summary>kill -9.</summary>
    public Task KillAsync() => _process.KillAsync();

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task<string> LineAsync(string beginning)
    {
        while (true)
        {
            string line = await ReadAsync();
            if (line.StartsWith(beginning, StringComparison.Ordinal))
                return line[beginning.Length..];
        }
    }

    private async Task<string> ReadAsync()
    {
        string? line = await _process.Output.ReadLineAsync().WaitAsync(Patience);
        Assert.True(line is not null, $"it ended: {this}");
        _said.Add(line);
        return line;
    }

    private async Task SayAsync(string word)
    {
        await _process.Input.WriteLineAsync(word);
        await _process.Input.FlushAsync();
    }
}
