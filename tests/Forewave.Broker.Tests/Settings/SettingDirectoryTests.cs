using Forewave.Broker.Settings;
using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Forewave.Broker.Tests.Settings;

public sealed class SettingDirectoryTests
{
    private static readonly BrokerOptions AtStart = new()
    {
        MaxQueues = 500, StartSettings = [new StartSetting { Key = "listen", Value = "127.0.0.1:7600", Source = "default" }],
    };

    [Fact]
    public async Task Change_is_not_lost_to_a_checkpoint_that_comes_between_its_record_and_itself()
    {
        FakeStore store = new();
        using var settings = Of(store);
        List<FakeStateWriter> checkpoints = [];
        store.Appended = () =>
        {
            FakeStateWriter writer = new();
            settings.Write(writer);
            checkpoints.Add(writer);
        };

        await SetAsync(settings, "maxQueues", "7");
        await SetAsync(settings, "createQueues", "FALSE");
        await SetAsync(settings, "maxQueues", null);

        Assert.Equal(3, checkpoints.Count);
        foreach (var checkpoint in checkpoints)
        {
            using var again = Of(store);
            var part = Assert.Single(checkpoint.Parts);
            again.Load(part.State);
            foreach (var record in store.Records.Where(record => record.Header.Position > part.Part.Dispatched))
                again.Apply(record.Payload);
            Assert.Equal([("createQueues", "false")], again.Terms.Table.Entries.Values.Select(entry => (entry.Name, entry.Value)));
            Assert.Equal([("maxQueues", null, "7"), ("createQueues", null, "false"), ("maxQueues", "7", null)], again.Terms.Table.Changes.Select(change => (change.Name, change.Before, change.After)));
            Assert.Equal(500, again.Terms.Options.MaxQueues);
            Assert.Equal(ErrorCode.QueueCreationOff, Assert.Throws<RefusedException>(() => again.Terms.RequireCreation(new QueueName("q"))).Code);
        }
    }

    [Theory]
    [InlineData("maxQueue", "1", ErrorCode.SettingUnknown)]
    [InlineData("maxqueues", "1", ErrorCode.SettingUnknown)]
    [InlineData("", "1", ErrorCode.SettingUnknown)]
    [InlineData("listen", "127.0.0.1:1", ErrorCode.SettingNotLive)]
    [InlineData("shedMemoryBytes", "33554431", ErrorCode.SettingInvalid)]
    [InlineData("maxQueues", "0", ErrorCode.SettingInvalid)]
    [InlineData("maxQueues", "-1", ErrorCode.SettingInvalid)]
    [InlineData("maxQueues", "1.5", ErrorCode.SettingInvalid)]
    [InlineData("maxQueues", "", ErrorCode.SettingInvalid)]
    [InlineData("maxQueues", "99999999999999999999", ErrorCode.SettingInvalid)]
    [InlineData("createQueues", "maybe", ErrorCode.SettingInvalid)]
    [InlineData("maxQueues@orders", "1", ErrorCode.SettingInvalid)]
    [InlineData("minSdkVersions", "one", ErrorCode.SettingInvalid)]
    [InlineData("minSdkVersions", "a=1.0,a=2.0", ErrorCode.SettingInvalid)]
    [InlineData("minSdkVersions", "é=1.0", ErrorCode.SettingInvalid)]
    [InlineData("minSdkVersions", "forewave-dotnet=99.0", ErrorCode.SettingInvalid)]
    [InlineData("minSdkVersions", "php=1.0,forewave-dotnet=99.0", ErrorCode.SettingInvalid)]
    public async Task Change_that_cannot_be_has_a_number_and_changes_nothing(string name, string value, ErrorCode number)
    {
        FakeStore store = new();
        using var settings = Of(store);
        await SetAsync(settings, "maxQueues", "7");
        var before = settings.Terms;

        var refused = await Assert.ThrowsAsync<RefusedException>(() => SetAsync(settings, name, value));

        Assert.Equal(number, refused.Code);
        Assert.Same(before, settings.Terms);
        Assert.Single(store.Records);
    }

    [Fact]
    public async Task Change_that_the_store_refuses_leaves_everything_as_it_was()
    {
        FakeStore store = new();
        using var settings = Of(store);
        var before = settings.Terms;
        store.Script(AppendOutcome.DiskFull);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => SetAsync(settings, "maxQueues", "7"));

        Assert.Equal(ErrorCode.DiskFull, refused.Code);
        Assert.Same(before, settings.Terms);
    }

    [Fact]
    public async Task What_is_set_already_is_no_change()
    {
        FakeStore store = new();
        using var settings = Of(store);

        await SetAsync(settings, "createQueues", "false");
        await SetAsync(settings, "createQueues", "False");
        await SetAsync(settings, "maxQueues", null);

        Assert.Single(store.Records);
    }

    [Fact]
    public async Task What_another_version_set_and_this_one_does_not_understand_is_kept_and_does_not_count_and_can_be_unset()
    {
        FakeStore store = new();
        using var settings = Of(store);
        (string Name, string Value)[] others = [("telepathy", "far"), ("maxQueues", "many"), ("createQueues@a@b", "false"), ("queueLength@orders", "soon"), ("readOnly", "partly")];

        for (int i = 0; i < others.Length; i++)
            settings.Apply(Change((ulong)i + 1, others[i].Name, others[i].Value).Encode());
        settings.Begin();
        var terms = settings.Terms;

        Assert.Equal((500, false, true), (terms.Options.MaxQueues, terms.IsReadOnly, terms.TakesEverything));
        Assert.All(others, other => Assert.Equal((other.Value, false), (terms.Table.ValueOf(other.Name), terms.IsCounting(other.Name))));
        foreach (var (name, _) in others)
            await SetAsync(settings, name, null);
        Assert.Empty(settings.Terms.Table.Entries);
    }

    [Fact]
    public async Task Broker_that_was_started_without_live_settings_goes_by_its_start_and_lets_them_be_unset()
    {
        using SettingDirectory settings = new(new FakeStore(), AtStart with { LiveSettings = false }, TimeProvider.System, NullLogger.Instance);
        settings.Apply(Change(1, "maxQueues", "7").Encode());
        settings.Apply(Change(2, "readOnly", "true").Encode());

        var terms = settings.Terms;
        var refused = await Assert.ThrowsAsync<RefusedException>(() => SetAsync(settings, "publish", "false"));
        await SetAsync(settings, "readOnly", null);

        Assert.Equal((500, false, true, 0), (terms.Options.MaxQueues, terms.IsReadOnly, terms.TakesEverything, terms.SwitchesOff));
        Assert.Equal(ErrorCode.SettingNotLive, refused.Code);
        Assert.Equal(["maxQueues"], settings.Terms.Table.Entries.Keys);
    }

    [Fact]
    public async Task Newest_changes_are_kept_and_only_so_many()
    {
        FakeStore store = new();
        using var settings = Of(store);

        for (int i = 1; i <= Limits.SettingChanges + 1; i++)
            await SetAsync(settings, "maxQueues", $"{i}");

        var changes = settings.Terms.Table.Changes;
        Assert.Equal((Limits.SettingChanges, 2ul, (ulong)Limits.SettingChanges + 1), (changes.Count, changes[0].Number, changes[^1].Number));
    }

    [Fact]
    public void Record_has_the_layout_of_the_page_and_is_not_read_when_it_is_cut()
    {
        SettingChange change = new() { Number = 2, Time = 1, By = "ann", Name = "maxQueues", Before = null, After = "7" };
        const string bytes = "01" + "0200000000000000" + "0100000000000000" + "03616E6E" + "096D6178517565756573" + "00" + "01" + "0137";

        Assert.Equal(bytes, Convert.ToHexString(change.Encode()));
        Assert.Equal(change, SettingChange.Decode(Convert.FromHexString(bytes)));
        for (int cut = 0; cut < bytes.Length / 2; cut++)
            Assert.Throws<StoreException>(() => SettingChange.Decode(Convert.FromHexString(bytes).AsSpan(0, cut)));
    }

    [Fact]
    public void Checkpoint_has_no_part_of_settings_where_nothing_was_ever_set()
    {
        FakeStateWriter writer = new();
        using var settings = Of(new FakeStore());

        settings.Write(writer);

        Assert.Empty(writer.Parts);
    }

    [Fact]
    public void Configuration_page_lists_every_live_setting_and_what_it_can_be_set_for()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Forewave.slnx")))
            folder = folder.Parent!;
        var rows = File.ReadAllLines(Path.Combine(folder.FullName, "docs", "configuration.md"))
            .Where(line => line.StartsWith("| **`", StringComparison.Ordinal)).Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..4]);

        Assert.Equal(LiveSettings.All.Select(setting => ($"**`{setting.Key}`**", ScopeOf(setting.Scopes))), rows.Select(row => (row[0], row[1])));
    }

    private static SettingChange Change(ulong number, string name, string value) =>
        new() { Number = number, Time = 1, By = "ann", Name = name, Before = null, After = value };

    private static string ScopeOf(SettingScope scopes) => string.Join(", ",
        new[] { (SettingScope.Broker, "broker"), (SettingScope.Queues, "queues"), (SettingScope.User, "user") }.Where(one => scopes.HasFlag(one.Item1)).Select(one => one.Item2));

    private static Task SetAsync(SettingDirectory settings, string name, string? value) =>
        settings.ChangeAsync(new SettingWish { Name = name, Value = value, By = "test" }, CancellationToken.None).AsTask();

    private static SettingDirectory Of(FakeStore store) => new(store, AtStart, TimeProvider.System, NullLogger.Instance);
}
