using System.CommandLine;
using System.Diagnostics;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using RegistryCleaner.Benchmarks;

var directory = new Argument<string>("directory") { Description = "The registry's rootdirectory." };
var directories = new Argument<string[]>("directories") { Description = "Stores, the one that the others are held against first.", Arity = ArgumentArity.OneOrMore };
var repositories = new Option<int>("--repositories") { Description = "How many repositories.", DefaultValueFactory = _ => 20 };
var tags = new Option<int>("--tags") { Description = "How many tags each has.", DefaultValueFactory = _ => 250 };
var seed = new Option<int>("--seed") { Description = "Makes another store of the same shape." };
var programs = new Option<string[]>("--program") { Description = "registry-cleaner, once for each build of it (default: the one built together with this).", DefaultValueFactory = _ => [Contender.BuiltProgram] };
var others = new Option<string>("--with") { Description = "What ours is held against: registry, registry-m (which script is, too), find.", DefaultValueFactory = _ => "registry,registry-m,find" };
var registry = new Option<string>("--registry") { Description = "The registry's program.", DefaultValueFactory = _ => "docker-registry" };
var runs = new Option<int>("--runs") { Description = "How many rounds count.", DefaultValueFactory = _ => 5 };
var limit = new Option<int>("--limit") { Description = "After how many seconds a run is stopped, and not tried again.", DefaultValueFactory = _ => 600 };
var partsArguments = new Argument<string[]>("arguments") { Description = "BenchmarkDotNet's own, behind --, such as -- --filter '*Digest*'.", DefaultValueFactory = _ => ["--filter", "*"] };

var store = new Command("store", "Makes a store.") { directory, repositories, tags, seed };
store.SetAction(parsed =>
{
    var watch = Stopwatch.StartNew();
    new StoreGenerator(new StoreShape(parsed.GetValue(repositories), parsed.GetValue(tags), parsed.GetValue(seed)), parsed.GetValue(directory)!).Write();
    Console.WriteLine($"Written in {watch.Elapsed.TotalSeconds:0.0} s");
});

var compare = new Command("compare", "Times whole dry runs over one store, ours beside others', in turn.") { directory, programs, others, registry, runs, limit };
compare.SetAction(parsed => Comparison.RunAsync(
    Path.GetFullPath(parsed.GetValue(directory)!),
    parsed.GetValue(programs)!,
    parsed.GetValue(others)!.Split(',', StringSplitOptions.RemoveEmptyEntries),
    parsed.GetValue(registry)!,
    parsed.GetValue(runs),
    TimeSpan.FromSeconds(parsed.GetValue(limit))));

var scale = new Command("scale", "Times whole dry runs over several stores: a full collection, and the removal of one image.") { directories, programs, runs, limit };
scale.SetAction(parsed => Scaling.RunAsync(
    [.. parsed.GetValue(directories)!.Select(Path.GetFullPath)], parsed.GetValue(programs)![0], parsed.GetValue(runs), TimeSpan.FromSeconds(parsed.GetValue(limit))));

var parts = new Command("parts", "Times the parts with BenchmarkDotNet.") { partsArguments };
parts.SetAction(parsed =>
{
    BenchmarkSwitcher.FromAssembly(typeof(StoreShape).Assembly).Run(parsed.GetValue(partsArguments), DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance)));
});

return await new RootCommand("Times registry-cleaner, whole and in parts.") { store, compare, scale, parts }.Parse(args).InvokeAsync();
